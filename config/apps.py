"""Third-party rooms whose defaults we narrow."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class HouseStaticFilesConfig(StaticFilesConfig):
    """Packages carry maps, type declarations and development builds that no visitor needs."""

    ignore_patterns = [
        "CVS", ".*", "*~", "*.map", "*.d.ts", "*-dev.mjs", "*.amd.js", "*.cjs.js", "*.esm.js", "*.br", "*.gz",
        "*.rtl.*", "*cyrillic*", "*vietnamese*", "*.woff", "ext", "bootstrap.*", "bootstrap-grid*",
        "bootstrap-utilities*", "bootstrap-reboot.css", "htmx.js",
        "*-200-*", "*-300-*", "*-500-*", "*-600-*", "*-800-*", "*-italic*",
    ]  # fmt: skip
