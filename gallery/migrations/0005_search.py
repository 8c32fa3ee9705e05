"""Full text: one row for each picture, and the index of the database's own over it."""

import django.db.models.deletion
from django.db import migrations, models

SQLITE = [
    """
    CREATE VIRTUAL TABLE gallery_search USING fts5(
        words, facets, content='gallery_searchentry', content_rowid='serial',
        tokenize="unicode61 remove_diacritics 0 tokenchars '=-_:.'", columnsize=0
    )
    """,
    """
    CREATE TRIGGER gallery_searchentry_insert AFTER INSERT ON gallery_searchentry BEGIN
        INSERT INTO gallery_search (rowid, words, facets)
        VALUES (new.serial, new.words, new.facets);
    END
    """,
    """
    CREATE TRIGGER gallery_searchentry_delete AFTER DELETE ON gallery_searchentry BEGIN
        INSERT INTO gallery_search (gallery_search, rowid, words, facets)
        VALUES ('delete', old.serial, old.words, old.facets);
    END
    """,
    """
    CREATE TRIGGER gallery_searchentry_update AFTER UPDATE ON gallery_searchentry BEGIN
        INSERT INTO gallery_search (gallery_search, rowid, words, facets)
        VALUES ('delete', old.serial, old.words, old.facets);
        INSERT INTO gallery_search (rowid, words, facets)
        VALUES (new.serial, new.words, new.facets);
    END
    """,
]

POSTGRESQL = [
    # Each token twice: by itself, and within its bucket of 16,384 pictures. See gallery/search.py.
    """
    CREATE FUNCTION gallery_search_vector(serial bigint, tokens text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT array_to_tsvector(array_agg(token) || array_agg(bucket || token))
        FROM unnest(string_to_array(tokens, ' ')) AS token, (SELECT to_hex(serial >> 14) || '.') AS b (bucket)
        WHERE token <> ''
    $$
    """,
    """
    ALTER TABLE gallery_searchentry ADD COLUMN vector tsvector
    GENERATED ALWAYS AS (gallery_search_vector(serial, words || ' ' || facets)) STORED
    """,
    "CREATE INDEX gallery_searchentry_vector ON gallery_searchentry USING gin (vector)",
]


def create(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("gallery", "0004_gallery")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("serial", models.BigAutoField(primary_key=True, serialize=False)),
                ("words", models.TextField()),
                ("facets", models.TextField()),
                (
                    "image",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_entry",
                        to="gallery.image",
                    ),
                ),
            ],
            options={"verbose_name": "search entry", "verbose_name_plural": "search entries"},
        ),
        migrations.RunPython(create, migrations.RunPython.noop),
    ]
