"""What sample prompts are made of: subjects that the demo model draws, and what people add to them.

Searches can be measured with three words of a known frequency: ``COMMON_WORD`` stands in a fifth
of all prompts, ``RARE_WORD`` in 20 of a million (and at least one), ``ABSENT_WORD`` in none.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import accumulate


def _words(text: str) -> list[str]:
    return text.split()


COMMON_WORD = "cinematic"
COMMON_SHARE = 0.2
RARE_WORD = "axolotl"
RARE_IN_A_MILLION = 20
ABSENT_WORD = "quetzal"

LANGUAGES = {"en": 78, "zh": 7, "ja": 6, "de": 5, "ar": 4}
"""Of a hundred prompts, how many are in each language."""

SUBJECTS: list[dict[str, str]] = [
    dict(zip(LANGUAGES, phrases, strict=True))
    for phrases in (
        (
            "a mountain lake at sunset",
            "日落时的高山湖泊",
            "夕暮れの山の湖",
            "ein Bergsee bei Sonnenuntergang",
            "بحيرة جبلية عند الغروب",
        ),
        (
            "northern lights over a fjord",
            "峡湾上的北极光",
            "フィヨルドの上のオーロラ",
            "Nordlichter über einem Fjord",
            "الشفق القطبي فوق مضيق",
        ),
        (
            "a cat watching the moon",
            "望着月亮的猫",
            "月を見つめる猫",
            "eine Katze, die den Mond betrachtet",
            "قطة تراقب القمر",
        ),
        (
            "misty woods in the morning",
            "清晨薄雾中的树林",
            "朝霧の森",
            "ein nebliger Wald am Morgen",
            "غابة ضبابية في الصباح",
        ),
        (
            "cherry blossom at dusk",
            "黄昏的樱花",
            "夕暮れの桜",
            "Kirschblüten in der Dämmerung",
            "أزهار الكرز عند الغسق",
        ),
        (
            "hot air balloons over the hills",
            "山丘上的热气球",
            "丘の上の熱気球",
            "Heißluftballons über den Hügeln",
            "مناطيد فوق التلال",
        ),
        (
            "a lighthouse above a stormy sea",
            "暴风雨海上的灯塔",
            "嵐の海と灯台",
            "ein Leuchtturm über stürmischer See",
            "منارة فوق بحر عاصف",
        ),
        (
            "saturn and its rings",
            "土星和它的光环",
            "土星とその環",
            "der Saturn mit seinen Ringen",
            "كوكب زحل وحلقاته",
        ),
        (
            "the city from across the river on a rainy night",
            "雨夜隔河望去的城市",
            "雨の夜、川の向こうの街",
            "die Stadt jenseits des Flusses in einer Regennacht",
            "المدينة من عبر النهر في ليلة ممطرة",
        ),
        (
            "dunes under a wide sky",
            "辽阔天空下的沙丘",
            "広い空の下の砂丘",
            "Dünen unter einem weiten Himmel",
            "كثبان تحت سماء واسعة",
        ),
        (
            "a sunflower in warm light",
            "暖光中的向日葵",
            "暖かい光のひまわり",
            "eine Sonnenblume in warmem Licht",
            "زهرة عباد الشمس في ضوء دافئ",
        ),
        (
            "a pine forest in the snow",
            "雪中的松林",
            "雪の松林",
            "ein Kiefernwald im Schnee",
            "غابة صنوبر في الثلج",
        ),
        (
            "flow of music, abstract",
            "音乐的流动，抽象",
            "音楽の流れ、抽象",
            "der Fluss der Musik, abstrakt",
            "تدفق الموسيقى، تجريدي",
        ),
        (
            "a sailing boat on a quiet sea",
            "平静海面上的帆船",
            "静かな海の帆船",
            "ein Segelboot auf stiller See",
            "مركب شراعي على بحر هادئ",
        ),
        (
            "a galaxy with two arms",
            "有两条旋臂的星系",
            "二本の腕を持つ銀河",
            "eine Galaxie mit zwei Armen",
            "مجرة بذراعين",
        ),
        (
            "an autumn tree on a hill",
            "山坡上的秋树",
            "丘の上の秋の木",
            "ein Herbstbaum auf einem Hügel",
            "شجرة خريفية على تل",
        ),
        (
            "mountains above a sea of fog",
            "云海之上的群山",
            "雲海の上の山々",
            "Berge über einem Nebelmeer",
            "جبال فوق بحر من الضباب",
        ),
        (
            "a small cabin by a frozen lake",
            "冰湖边的小木屋",
            "凍った湖のほとりの小屋",
            "eine kleine Hütte am gefrorenen See",
            "كوخ صغير عند بحيرة متجمدة",
        ),
        (
            "gradient curves in emerald",
            "翡翠色的渐变曲线",
            "エメラルドの曲線",
            "Kurven in Smaragdgrün",
            "منحنيات بلون الزمرد",
        ),
        (
            "a dahlia, deep red",
            "深红色的大丽花",
            "深紅のダリア",
            "eine tiefrote Dahlie",
            "زهرة داليا حمراء داكنة",
        ),
    )
]
"""Each subject in every language."""

_DETAILS = {
    "en": """
        highly detailed|soft light|35mm photograph|oil on canvas|watercolour|long exposure
        wide angle|pastel colours|volumetric light|film grain|minimalist|matte painting|ink drawing
        golden hour|studio light|isometric|low poly|art nouveau|woodcut|impressionist
        shallow depth of field|art deco|in the style of an old postcard|bird's-eye view|risograph
        children's book illustration|muted colours|neon accents|pencil sketch|double exposure
        linocut|ukiyo-e|bauhaus poster|stained glass|macro photograph|tilt shift|gouache
        dreamlike|surreal|brutalist frame|moody|monochrome|high contrast|symmetrical composition
        rule of thirds|negative space|paper cut-out|mosaic|embroidery|charcoal|silver gelatin print
        infrared film|cyanotype|daguerreotype|pointillism|fresco|marquetry|scrimshaw|anaglyph
    """,
    "zh": """
        水彩画|电影感|高清摄影|极简主义|柔和的光线|油画
        长曝光|水墨风格|霓虹色彩|胶片颗粒|剪纸|浮世绘
    """,
    "ja": """
        水彩画|写真|高精細|柔らかい光|油絵|長時間露光
        墨絵|ミニマル|フィルム調|切り絵|浮世絵|パステル
    """,
    "de": """
        sehr detailliert|weiches Licht|Aquarell|Ölgemälde|Langzeitbelichtung|Holzschnitt
        Weitwinkel|Pastelltöne|Tuschezeichnung|Jugendstil|Scherenschnitt|körniger Film
    """,
    "ar": """
        ضوء ناعم|ألوان مائية|لوحة زيتية|تصوير فوتوغرافي
        تفاصيل دقيقة|ألوان هادئة|خط عربي|فسيفساء
    """,
}
DETAILS = {
    language: [part.strip() for part in text.strip().replace("\n", "|").split("|")]
    for language, text in _DETAILS.items()
}
"""What people add to a subject in each language, the commonest first."""

COMMAS = {"en": ", ", "zh": "，", "ja": "、", "de": ", ", "ar": "، "}

TAGS = _words("""
    landscape nature light night sky abstract sea mountain portrait city winter flower space autumn
    forest minimal dream moon storm retro poster water snow fog sunset blue red gold green texture
    pattern animal cat boat balloon desert island garden river bridge street rain neon film vintage
    macro wide calm dark bright warm cold surreal fantasy myth legend future machine robot planet
    star galaxy nebula comet aurora cloud wind fire ice stone sand glass paper ink oil pencil wood
    lighthouse cabin harbour meadow orchard vineyard canyon glacier volcano reef tundra savanna
    水彩 風景 猫 夜景 桜 山水 星空 抽象 herbst winterwald nebel سماء بحر صحراء
""")

FIRST_NAMES = _words("""
    amara bruno chiara daichi elena farid greta hana ines jonas kofi leila mateo nadia omar petra
    quinn rosa sami tariq uma viktor wanda xin yara zeno aiko boris celia dario esme fumiko gideon
    hugo imani jules kaito lotte milan noor
""")
LAST_NAMES = _words("""
    abadi bauer castro dubois eriksen fujita garcia haddad ito jansen khan lindgren moreau novak
    okafor park rossi santos tanaka urban vargas weber yilmaz zhang
""")


@cache
def falling(count: int, exponent: float = 1.0) -> list[float]:
    """Cumulated weights of a power law: the n-th weighs n to the minus ``exponent``."""
    return list(accumulate(rank**-exponent for rank in range(1, count + 1)))


def cumulated(weights: Sequence[float]) -> list[float]:
    """As ``random.choices`` wants weights that are used often."""
    return list(accumulate(weights))
