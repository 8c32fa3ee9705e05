"""Money for administrators: everything to read, and one button that gives money back."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any, cast

import djstripe.admin  # noqa: F401 - registers what is taken out again below
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.quick_admin import ReadOnlyAdmin
from billing import dashboard_links, gateway, money, refunding, revenue_page
from billing.models import Checkout, Membership, Payment, Reversal, StripeCustomer

# They hold Stripe's raw objects, and one of them secret keys. What matters of them is shown below.
for model in apps.get_app_config("djstripe").get_models():
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class OfAnAccount(ReadOnlyAdmin):
    """A table whose rows belong to an account; found by the whole address or name."""

    list_select_related = ["account__user"]
    search_fields = ["=account__user__email", "=account__user__username"]
    ordering = ["-pk"]

    @admin.display(description=_("person"))
    def person(self, row: Any) -> str:
        return dashboard_links.here(row.account)


class RefundForm(forms.Form):
    """How much goes back, and why."""

    form_id = forms.UUIDField(widget=forms.HiddenInput)
    amount = forms.DecimalField(label=_("Amount"), min_value=Decimal("0.01"), max_digits=12)
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Kept here and at Stripe.")
    )

    def __init__(self, payment: Payment, data: Any = None) -> None:
        self.payment = payment
        smallest = money.decimal(1, payment.currency)
        most = refunding.left(payment) * smallest
        super().__init__(data, initial={"form_id": uuid.uuid4(), "amount": most})
        self.fields["amount"].help_text = payment.currency.upper()

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if self.cents_of(amount) % 1:
            raise forms.ValidationError(_("This currency has no such small coins."))
        return amount

    def cents_of(self, amount: Decimal) -> Decimal:
        return amount / money.decimal(1, self.payment.currency)

    @property
    def asked(self) -> dict[str, Any]:
        """What was asked for, as `refunding.refund` takes it."""
        fields = self.cleaned_data
        cents = int(self.cents_of(fields["amount"]))
        return {"cents": cents, "reason": fields["reason"], "form_id": fields["form_id"]}


class IsReturned(admin.SimpleListFilter):
    """Payments of which money went back, or of which all stayed."""

    title = _("money returned")
    parameter_name = "returned"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        match self.value():
            case "yes":
                return queryset.filter(reversed_amount__gt=0)
            case "no":
                return queryset.filter(reversed_amount=0)
        return queryset


@admin.register(Payment)
class PaymentAdmin(OfAnAccount):
    list_display = [
        "paid_at", "person", "description", "paid", "returned", "credits", "invoice", "source",
        "livemode",
    ]  # fmt: skip
    list_filter = ["livemode", "source", "offer", "currency", IsReturned]
    search_fields = [
        *OfAnAccount.search_fields, "=reference", "=number", "=payment_intent", "=subscription",
    ]  # fmt: skip
    search_help_text = _("A whole e-mail address, username, or number of an invoice or payment.")
    date_hierarchy = "paid_at"
    ordering = ["-paid_at", "-pk"]
    change_form_template = "admin/billing/payment/change_form.html"
    readonly_fields = ["person", "paid", "returned", "invoice", "at_stripe", "reversals_of_it"]
    fields = [
        "person", "description", "offer", "paid_at", "paid", "returned", "reversals_of_it",
        "credits", "reversed_credits", "currency", "source", "livemode", "number", "reference",
        "invoice", "at_stripe", "subscription", "invoice_url", "invoice_pdf", "created_at",
    ]  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        return [
            path("<int:pk>/refund/", guarded(self.refund), name="billing_payment_refund"),
            path("revenue/", guarded(self.revenue), name="billing_payment_revenue"),
            *super().get_urls(),
        ]

    def revenue(self, request: HttpRequest) -> HttpResponse:
        """What came in, day by day, for those who may read payments."""
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        return revenue_page.show(request, self.admin_site)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        extra = {**(extra_context or {}), "can_refund": may_refund(request)}
        return super().change_view(request, object_id, form_url, extra)

    def refund(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give money back, with a reason, once per form."""
        if not may_refund(request):
            return HttpResponse(status=403)
        payment = get_object_or_404(Payment.objects.select_related("account__user"), pk=pk)
        form = RefundForm(payment, request.POST or None)
        if request.method == "POST" and form.is_valid() and self._refunded(request, form):
            return redirect(reverse("admin:billing_payment_change", args=[pk]))
        payment.refresh_from_db()
        context = {
            **self.admin_site.each_context(request),
            "payment": payment,
            "form": form,
            "obstacle": refunding.obstacle(payment),
            "title": _("Refund %(payment)s") % {"payment": payment.number or payment.reference},
        }
        return render(request, "admin/billing/payment/refund.html", context)

    def _refunded(self, request: HttpRequest, form: RefundForm) -> bool:
        try:
            by = cast(User, request.user)
            done = refunding.refund(payment=form.payment, by=by, **form.asked)
        except (refunding.OutcomeUnknown, gateway.NotConfigured) as error:
            form.add_error(None, error.sentence)
            return False
        except refunding.CannotRefund as error:
            form.add_error(None, error.sentence)
            # Nothing came of this form, and Stripe would go on to answer it as before.
            form.data = {**request.POST.dict(), "form_id": str(uuid.uuid4())}
            return False
        _tell(request, done)
        return True

    @admin.display(description=_("paid"), ordering="amount")
    def paid(self, payment: Payment) -> str:
        return money.written(payment.amount, payment.currency)

    @admin.display(description=_("returned"), ordering="reversed_amount")
    def returned(self, payment: Payment) -> str:
        if not payment.reversed_amount:
            return ""
        return money.written(payment.reversed_amount, payment.currency)

    @admin.display(description=_("invoice at Stripe"))
    def invoice(self, payment: Payment) -> str:
        return dashboard_links.payment_at_stripe(payment)

    @admin.display(description=_("payment at Stripe"))
    def at_stripe(self, payment: Payment) -> str:
        intent = payment.payment_intent
        return dashboard_links.at_stripe("payments", intent, livemode=payment.livemode)

    @admin.display(description=_("refunds and disputes"))
    def reversals_of_it(self, payment: Payment) -> str:
        links = ([dashboard_links.here(each)] for each in payment.reversals.order_by("pk"))
        return format_html_join(", ", "{}", links)


def may_refund(request: HttpRequest) -> bool:
    """Superusers, and those who were given the right to change payments."""
    return request.user.has_perm("billing.change_payment")


def _tell(request: HttpRequest, done: refunding.Refunded) -> None:
    if done.has_failed:
        messages.error(request, _("Stripe tried, and the refund failed; the money stayed."))
    elif done.reversal:
        messages.success(request, _("Done; the money goes back and the credits are taken."))
    else:
        messages.success(request, _("Done; the money goes back, the credits follow in a moment."))


@admin.register(Reversal)
class ReversalAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "kind", "state", "returned", "person", "paid_with", "at_stripe"]
    list_select_related = ["payment__account__user"]
    list_filter = ["kind", "state", "payment__livemode"]
    search_fields = [
        "=reference", "=payment__reference", "=payment__account__user__email",
        "=payment__account__user__username",
    ]  # fmt: skip
    date_hierarchy = "created_at"
    ordering = ["-pk"]
    readonly_fields = ["person", "paid_with", "returned", "at_stripe"]
    fields = [
        "kind", "state", "person", "paid_with", "returned", "reason", "reference", "at_stripe",
        "created_at", "updated_at", "read_at",
    ]  # fmt: skip

    @admin.display(description=_("amount"), ordering="amount")
    def returned(self, reversal: Reversal) -> str:
        return money.written(reversal.amount, reversal.payment.currency)

    @admin.display(description=_("person"))
    def person(self, reversal: Reversal) -> str:
        return dashboard_links.here(reversal.payment.account)

    @admin.display(description=_("payment"))
    def paid_with(self, reversal: Reversal) -> str:
        return dashboard_links.here(reversal.payment)

    @admin.display(description=_("at Stripe"))
    def at_stripe(self, reversal: Reversal) -> str:
        return dashboard_links.reversal_at_stripe(reversal)


@admin.register(Membership)
class MembershipAdmin(OfAnAccount):
    list_display = [
        "created_at", "person", "tier", "state", "paid_until", "renews", "source", "at_stripe",
    ]  # fmt: skip
    list_select_related = ["account__user", "tier"]
    list_filter = ["state", "tier", "source", "renews"]
    search_fields = [*OfAnAccount.search_fields, "=reference"]
    date_hierarchy = "created_at"
    readonly_fields = ["person", "at_stripe"]

    @admin.display(description=_("subscription"))
    def at_stripe(self, membership: Membership) -> str:
        if membership.source != Membership.Source.STRIPE:
            return membership.reference
        # The row does not say in which mode it was made; the site has one.
        live = settings.STRIPE_LIVE_MODE
        return dashboard_links.at_stripe("subscriptions", membership.reference, livemode=live)


@admin.register(Checkout)
class CheckoutAdmin(OfAnAccount):
    list_display = ["created_at", "person", "name", "price", "state", "livemode", "at_stripe"]
    list_filter = ["state", "livemode", "offer"]
    search_fields = [*OfAnAccount.search_fields, "=session_id", "=invoice"]
    date_hierarchy = "created_at"
    ordering = ["-created_at"]
    readonly_fields = ["person", "price", "at_stripe"]
    fields = [
        "person", "offer", "name", "price", "state", "livemode", "session_id", "at_stripe",
        "created_at", "updated_at",
    ]  # fmt: skip

    @admin.display(description=_("price"), ordering="cents")
    def price(self, checkout: Checkout) -> str:
        return money.written(checkout.cents, checkout.currency)

    @admin.display(description=_("invoice at Stripe"))
    def at_stripe(self, checkout: Checkout) -> str:
        return dashboard_links.at_stripe("invoices", checkout.invoice, livemode=checkout.livemode)


@admin.register(StripeCustomer)
class StripeCustomerAdmin(OfAnAccount):
    list_display = ["created_at", "person", "at_stripe", "livemode", "deleted_at"]
    list_filter = ["livemode", ("deleted_at", admin.EmptyFieldListFilter)]
    search_fields = [*OfAnAccount.search_fields, "=customer_id"]
    date_hierarchy = "created_at"
    readonly_fields = ["person", "at_stripe"]

    @admin.display(description=_("customer"))
    def at_stripe(self, customer: StripeCustomer) -> str:
        live = customer.livemode
        return dashboard_links.at_stripe("customers", customer.customer_id, livemode=live)
