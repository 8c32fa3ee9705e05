"""What you can afford: the ledger, tiers, payments and earned credits."""

from billing.models.checkout import Checkout
from billing.models.earning import Invitation, PlayPurchase, RedeemCode, Referral, Reward
from billing.models.ledger import CreditAccount, CreditEntry, EntryIsFinal
from billing.models.payments import Payment, Reversal, StripeCustomer
from billing.models.tiers import Membership, Tier

__all__ = [
    "Checkout",
    "CreditAccount",
    "CreditEntry",
    "EntryIsFinal",
    "Invitation",
    "Membership",
    "Payment",
    "PlayPurchase",
    "RedeemCode",
    "Referral",
    "Reversal",
    "Reward",
    "StripeCustomer",
    "Tier",
]
