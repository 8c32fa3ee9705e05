"""The models that a new installation starts with; administrators change them freely.

Limits follow OpenAI's description of its image API (sides divisible by 16, ratios up to 3:1, at
most 3840 × 2160); the usual provider costs are estimates at 30 US dollars per million image
tokens, used only where a call's usage is unknown.
"""

from decimal import Decimal

from django.db import migrations

SIZES = ["1024x1024", "1536x1024", "1024x1536", "1280x960", "960x1280", "1792x1008", "1008x1792"]
ABOUT_TWO_MEGAPIXELS = 2_100_000
ALL = 8_294_400
DOLLARS = {"low": ("0.0090", "0.0350"), "medium": ("0.0400", "0.1500"), "high": ("0.1600", "0.6000")}

OPENAI = {
    "provider": "openai",
    "sizes": SIZES,
    "free_size": True,
    "qualities": ["low", "medium", "high"],
    "default_quality": "medium",
    "styles": ["vivid", "natural"],
    "prompt_limit": 32_000,
    "streams": True,
    "text_rate": Decimal("5"),
    "image_rate": Decimal("8"),
    "output_rate": Decimal("30"),
}
MODELS = [
    {
        **OPENAI,
        "slug": "flare",
        "name": "Flare",
        "tagline": "Fast. Up to five pictures a prompt.",
        "provider_model": "gpt-image-2.6-flare",
        "max_images": 5,
        "usual_seconds": 15,
        "position": 1,
    },
    {
        **OPENAI,
        "slug": "sunburst",
        "name": "Sunburst",
        "tagline": "The best quality. One picture a prompt.",
        "provider_model": "gpt-image-2.6-sunburst",
        "default_quality": "high",
        "max_images": 1,
        "usual_seconds": 45,
        "position": 2,
    },
    {
        "slug": "demo",
        "name": "Demo",
        "tagline": "Draws by rules on this machine. No AI, and free of charge for the host.",
        "provider": "demo",
        "provider_model": "procedural",
        "sizes": SIZES,
        "free_size": True,
        "min_pixels": 65_536,
        "qualities": ["low", "medium", "high"],
        "default_quality": "medium",
        "styles": ["vivid", "natural"],
        "prompt_limit": 4_000,
        "streams": True,
        "has_seed": True,
        "max_images": 4,
        "usual_seconds": 5,
        "position": 9,
    },
]
PRICES = {
    "flare": {"low": (1, 2), "medium": (1, 2), "high": (3, 6)},
    "sunburst": {"low": (1, 2), "medium": (2, 4), "high": (3, 6)},
    "demo": {"low": (1, 1), "medium": (1, 1), "high": (1, 1)},
}


def add(apps, schema_editor):
    ImageModel = apps.get_model("generator", "ImageModel")
    ModelPrice = apps.get_model("generator", "ModelPrice")
    for row in MODELS:
        model, created = ImageModel.objects.get_or_create(slug=row["slug"], defaults=row)
        if not created:
            continue
        for quality, credits in PRICES[row["slug"]].items():
            dollars = DOLLARS[quality] if row["provider"] == "openai" else ("0", "0")
            for most, price, cost in zip(
                (ABOUT_TWO_MEGAPIXELS, ALL), credits, dollars, strict=True
            ):
                ModelPrice.objects.create(
                    model=model,
                    quality=quality,
                    up_to_pixels=most,
                    credits=price,
                    provider_cost=Decimal(cost),
                )


class Migration(migrations.Migration):
    dependencies = [("generator", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
