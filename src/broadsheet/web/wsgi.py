"""The door that web servers call."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from broadsheet.impressions import start_writing  # noqa: E402 - the store is there once Django is set up

start_writing()
