"""The portal as a WSGI application, for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toolkit_portal.settings")
application = get_wsgi_application()

# What was loaded stays for as long as the process does, so the collector needn't go through it again and again.
gc.collect()
gc.freeze()
