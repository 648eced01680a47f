"""How front-end files are named and compressed: by content, so that a browser keeps them for ever."""

from django.contrib.staticfiles.storage import ManifestFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HouseStaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed names; module imports between files follow the hashed names, source maps stay out."""

    support_js_module_import_aggregation = True
    patterns = tuple(
        (extension, tuple(pattern for pattern in found if "sourceMappingURL" not in str(pattern)))
        for extension, found in ManifestFilesMixin.patterns
    )
