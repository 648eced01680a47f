"""How front-end files are named and compressed: by content, so that a browser keeps them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HouseStaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed names; module imports between files follow the hashed names too."""

    support_js_module_import_aggregation = True
