"""Django's mail goes into the outbox, so that nothing ever leaves from within a request."""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from broadsheet.clock import now
from broadsheet.outbox import message_id, put_down
from broadsheet.store.outbox import Letter
from broadsheet.web.site_address import site_host


class Backend(BaseEmailBackend):
    """Puts each message down once for each of its recipients."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue messages; tells how many."""
        at = now()
        for message in email_messages:
            subject, text = str(message.subject), str(message.body)
            for recipient in message.recipients():
                name = message_id(settings.SECRET_KEY, site_host(), recipient, subject, text, at.isoformat())
                put_down(Letter(recipient, subject, text, name), at)
        return len(email_messages)
