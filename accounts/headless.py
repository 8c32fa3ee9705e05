"""allauth's JSON endpoint for the e-mail address, with the rules of our own form."""

from __future__ import annotations

from allauth.headless.account.views import ManageEmailView
from allauth.headless.constants import Client
from allauth.headless.internal.restkit import inputs

from accounts.forms import ChangeEmailForm


class ChangeEmailInput(ChangeEmailForm, inputs.Input):
    pass


class EmailView(ManageEmailView):
    input_class = {**ManageEmailView.input_class, "POST": ChangeEmailInput}


email = EmailView.as_api_view(client=Client.APP)
