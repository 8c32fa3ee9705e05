"""The words that the demo model knows, in English and Chinese, and what each of them asks for.

A line holds marks, a colon, and the words that ask for them. ``scene=…`` is one of the scenes,
``light=…`` an hour of the day, ``mood=…`` a light that any hour overrules, ``hue=…`` a colour; a
mark without a sign is a thing that a scene may hold.
"""

from __future__ import annotations

HUES: dict[str, tuple[float, float]] = {
    "red": (27, 0.17),
    "orange": (55, 0.15),
    "gold": (84, 0.15),
    "yellow": (100, 0.14),
    "green": (148, 0.12),
    "teal": (190, 0.09),
    "blue": (255, 0.13),
    "indigo": (278, 0.14),
    "purple": (305, 0.14),
    "magenta": (335, 0.17),
    "pink": (355, 0.12),
    "brown": (60, 0.05),
    "grey": (255, 0.008),
}
"""Hue in degrees and chroma, both in OKLCH."""

_ENGLISH = """
scene=mountains: mountain mount peak summit alps alpine himalaya everest fuji canyon cliff volcano
scene=mountains: highland valley landscape wilderness
scene=mountains mountains water: fjord glacier
scene=sea: sea ocean beach coast coastal shore seaside wave surf horizon bay harbour harbor island
scene=sea: tropical marine
scene=forest: forest pine fir spruce taiga
scene=grove: woods woodland grove jungle trunk birch
scene=city: city skyline town downtown metropolis urban skyscraper building tower street manhattan
scene=city: tokyo shanghai london york cyberpunk futuristic
scene=desert: desert dune sahara sand egypt oasis mars
scene=hills: hill countryside farm prairie pasture village tuscany
scene=hills flowers: meadow field wildflower spring
scene=hills flowers poppies: poppy poppies
scene=hills flowers lavender: lavender
mountains water: lake pond
water: river reflection waterfront canal

scene=space: space cosmos cosmic universe interstellar scifi spaceship
scene=nebula: nebula stardust
scene=galaxy: galaxy galaxies andromeda spiral
scene=planet: planet jupiter exoplanet alien
scene=planet ring: saturn
scene=orbit: orbit earth astronaut satellite

scene=flower flowers: flower floral bloom bouquet petal garden botanical
scene=dahlia flowers: dahlia rose peony peonies chrysanthemum lotus lily lilies tulip
scene=sunflower flowers: sunflower daisy daisies marigold
scene=branch blossom: blossom sakura cherry plum
scene=abstract: abstract geometric generative
scene=pattern: pattern texture wallpaper background
scene=silk: silk liquid fluid marble satin chrome fabric smoke
scene=paper: paper papercut layers layered topographic
scene=currents: flow currents lines wind strings music motion
scene=waves: gradient curves minimalist

light=dawn: dawn sunrise morning daybreak
light=day: day noon midday sunny daylight summer
light=golden: golden afternoon
light=sunset: sunset sundown
light=dusk: dusk twilight evening gloaming
light=night: night midnight nocturnal
mood=night stars: star starry constellation
mood=night moon: moon moonlight moonlit lunar
mood=night: dark neon firefly fireflies lantern
light=night aurora: aurora borealis polar
mood=sun: sun sunlight sunshine
mood=storm rain: rain rainy raining drizzle
mood=storm clouds: storm stormy thunder thunderstorm lightning overcast
clouds: cloud cloudy
mood=fog fog: fog foggy mist misty haze hazy
mood=winter snow: snow snowy snowfall winter christmas frozen ice icy blizzard
mood=golden autumn: autumn fall

cat: cat kitten kitty feline
dog: dog puppy puppies wolf wolves fox hound
person: person man woman girl boy child figure hiker traveller traveler wanderer portrait samurai
person: monk hero dreamer lonely alone solitude
couple: couple lover friend together
tree: tree oak willow
cabin: cabin house cottage hut home lodge chalet barn
boat scene=sea: boat ship sail sailboat sailing yacht
lighthouse scene=sea: lighthouse beacon
balloon: balloon
vivid: vivid vibrant
natural: natural muted pastel
birds: bird gull seagull swallow goose geese crane flock raven crow

hue=red: red crimson scarlet ruby burgundy
hue=orange: orange amber copper rust
hue=gold: gold honey
hue=yellow: yellow lemon
hue=green: green emerald jade lime olive mint
hue=teal: teal turquoise cyan aqua aquamarine
hue=blue: blue azure sapphire navy cobalt
hue=indigo: indigo ultramarine
hue=purple: purple violet amethyst lilac mauve
hue=magenta: magenta fuchsia
hue=pink: pink coral salmon
hue=brown: brown sepia
hue=grey: grey gray monochrome grayscale greyscale noir
"""

_CHINESE = """
scene=mountains: 山 峰 岭 嶺 峡谷 峽谷 风景 風景
scene=sea: 海 洋 沙滩 沙灘 岛 島 浪
scene=forest: 森林 松 杉
scene=grove: 树林 樹林 丛林 叢林 竹
scene=city: 城市 都市 城 街 楼 樓 大厦 大廈 上海 东京 東京 赛博 賽博
scene=desert: 沙漠 沙丘 戈壁 骆驼 駱駝
scene=hills: 乡村 鄉村 田园 田園 村 丘陵
scene=hills flowers: 草原 草地 花海 花田 春
mountains water: 湖
water: 河 江 溪 倒影

scene=space: 太空 宇宙
scene=nebula: 星云 星雲
scene=galaxy: 星系
scene=planet: 行星 星球
scene=planet ring: 土星
scene=orbit: 地球 宇航

scene=flower flowers: 花
scene=dahlia flowers: 玫瑰 牡丹 菊 莲 蓮 荷 月季
scene=sunflower flowers: 向日葵
scene=branch blossom: 樱 櫻 桜 樱花 櫻花 桃花 梅花
scene=abstract: 抽象
scene=pattern: 图案 圖案
scene=silk: 丝绸 絲綢 流体 流體 烟雾 煙霧
scene=paper: 剪纸 剪紙 折纸 摺紙
scene=currents: 风 風 音乐 音樂

light=dawn: 日出 清晨 黎明 早晨 晨
light=day: 白天 正午 晴 夏
light=sunset: 日落 夕阳 夕陽 晚霞 落日
light=dusk: 黄昏 黃昏 傍晚 暮
light=night: 夜
mood=night stars: 星空 繁星 星星 银河 銀河
mood=night moon: 月亮 明月 圆月 圓月 月光 月
light=night aurora: 极光 極光
mood=sun: 太阳 太陽 阳光 陽光
mood=storm rain: 雨
mood=storm clouds: 暴风 暴風 雷
clouds: 云 雲
mood=fog fog: 雾 霧
mood=winter snow: 雪 冬 冰
mood=golden autumn: 秋

cat: 猫 貓
dog: 狗 犬 狼 狐
person: 人 女孩 男孩 少女 少年 肖像
tree: 树 樹
cabin: 木屋 房 小屋
boat scene=sea: 船 帆 舟
lighthouse scene=sea: 灯塔 燈塔
balloon: 气球 氣球
birds: 鸟 鳥 雁 鹤 鶴

hue=red: 红 紅
hue=orange: 橙
hue=gold: 金
hue=yellow: 黄色 黃色
hue=green: 绿 綠 翠
hue=teal: 青
hue=blue: 蓝 藍
hue=purple: 紫
hue=pink: 粉
hue=grey: 灰 黑白
"""


def _by_word(table: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in filter(None, table.splitlines()):
        marks, words = line.split(": ")
        found |= {word: tuple(marks.split()) for word in words.split()}
    return found


ENGLISH = _by_word(_ENGLISH)
CHINESE = _by_word(_CHINESE)
