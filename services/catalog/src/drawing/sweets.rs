//! Chocolate and confectionery.

use super::canvas::{BOTTLE, CREAM, Canvas, Hue, PAPER, Tone, WHITE};

pub(super) fn bar(c: &mut Canvas, cocoa: Tone, wrapper: Tone) {
    let turn = if wrapper.hue == Hue::Blue { 10 } else { -8 };
    c.turned(turn, [200, 200], |c| {
        c.rect(cocoa.dark, [116, 64, 168, 240], 8);
        for y in [70, 116, 162] {
            for x in [122, 176, 230] {
                c.rect(cocoa.base, [x, y, 48, 40], 5);
                c.rect(cocoa.light, [x + 7, y + 6, 34, 5], 2);
                if turn > 0 {
                    c.dot("#e5b878", [x + 24, y + 24], 9);
                }
            }
        }
        c.shape(
            "#e3e6e4",
            "M108 196L132 182L156 198L182 180L208 196L234 182L262 198L292 186L292 222L108 222Z",
        );
        c.rect(wrapper.base, [106, 212, 188, 110], 6);
        c.rect(wrapper.dark, [106, 212, 188, 12], 4);
        c.rect(PAPER, [134, 242, 132, 58], 4);
        if turn > 0 {
            c.dot("#c98a3f", [182, 270], 15);
            c.dot("#9a6226", [216, 274], 15);
            c.shape("#f6e8c0", "M168 264q14 -18 28 0zM202 268q14 -18 28 0z");
        } else {
            c.shape(
                cocoa.base,
                "M168 284q-6 -38 44 -34q24 4 20 26q-36 24 -64 8z",
            );
            c.line(cocoa.light, 4, "M178 276q24 -22 46 -10");
        }
    });
}

pub(super) fn truffles(c: &mut Canvas, cocoa: Tone, ribbon: Tone) {
    for [x, y] in [
        [110, 236],
        [170, 230],
        [230, 230],
        [290, 236],
        [140, 186],
        [200, 178],
        [260, 186],
        [172, 136],
        [230, 136],
    ] {
        c.dot(cocoa.dark, [x, y], 34);
        c.dot(cocoa.base, [x - 3, y - 3], 30);
        for [dx, dy] in [[-12, -10], [6, -16], [12, 4], [-6, 8]] {
            c.dot(cocoa.light, [x + dx, y + dy], 3);
        }
    }
    c.shape(WHITE.base, "M56 232L344 232L322 322L78 322Z");
    c.shape(WHITE.dark, "M300 232L344 232L322 322L286 322Z");
    c.rect(ribbon.base, [182, 232, 36, 90], 0);
    c.shape(ribbon.light, "M200 256q-56 -34 -60 0q4 34 60 0z");
    c.shape(ribbon.base, "M200 256q56 -34 60 0q-4 34 -60 0z");
    c.dot(ribbon.dark, [200, 256], 11);
}

pub(super) fn sweets(c: &mut Canvas, caramel: Tone, wrapper: Tone) {
    for (turn, [x, y], shade) in [
        (-20, [130, 270], wrapper),
        (16, [270, 266], caramel),
        (6, [196, 196], wrapper),
        (-34, [286, 158], caramel),
        (28, [112, 162], caramel),
    ] {
        c.turned(turn, [x, y], |c| {
            c.shape(
                shade.light,
                format_args!(
                    "M{} {y}l-34 -26l8 26l-8 26zM{} {y}l34 -26l-8 26l8 26z",
                    x - 34,
                    x + 34
                ),
            );
            c.rect(shade.dark, [x - 40, y - 26, 80, 56], 12);
            c.rect(shade.base, [x - 40, y - 28, 80, 52], 12);
            c.line(
                WHITE.light,
                5,
                format_args!(
                    "M{} {}l-10 44M{x} {}l-10 44M{} {}l-10 44",
                    x - 16,
                    y - 24,
                    y - 24,
                    x + 20,
                    y - 24
                ),
            );
        });
    }
}

pub(super) fn sticks(c: &mut Canvas, cocoa: Tone, peel: Tone) {
    for (turn, x) in [
        (-26, 104),
        (-14, 144),
        (-4, 184),
        (8, 224),
        (20, 264),
        (30, 300),
    ] {
        c.turned(turn, [x, 260], |c| {
            c.rect(peel.base, [x - 13, 82, 26, 200], 12);
            c.rect(peel.light, [x - 9, 88, 8, 80], 4);
            c.shape(
                cocoa.base,
                format_args!("M{} 160q13 16 26 0l0 112q-13 18 -26 0z", x - 13),
            );
            c.line(cocoa.light, 5, format_args!("M{} 186L{} 250", x - 5, x - 5));
        });
    }
    c.shape(CREAM.base, "M72 238L328 238L304 322L96 322Z");
    c.shape(CREAM.dark, "M72 238L328 238L324 254L76 254Z");
    c.line(BOTTLE, 6, "M88 284L312 284");
    c.dot(peel.base, [200, 284], 22);
    c.dot(peel.light, [200, 284], 16);
    for turn in [0, 60, 120] {
        c.turned(turn, [200, 284], |c| {
            c.line(peel.base, 3, "M200 270L200 298")
        });
    }
}

pub(super) fn mug(c: &mut Canvas, drink: Tone, china: Tone) {
    c.oval(china.dark, [190, 308, 140, 18]);
    c.oval(china.light, [190, 302, 140, 18]);
    c.line(china.dark, 20, "M282 184Q352 176 338 236Q324 276 262 266");
    c.line(china.light, 13, "M282 182Q346 178 334 232Q320 268 262 260");
    c.shape(
        china.dark,
        "M86 160L294 160Q296 266 244 302L136 302Q84 266 86 160Z",
    );
    c.shape(
        china.light,
        "M86 160L262 160Q266 262 214 298L136 298Q84 262 86 160Z",
    );
    c.oval(china.dark, [190, 160, 104, 30]);
    c.oval(drink.base, [190, 162, 92, 23]);
    c.oval(drink.light, [176, 158, 40, 9]);
    c.line("#a63d2f", 6, "M90 204Q180 226 276 206");
    c.line(
        "#dfd6c4",
        7,
        "M152 116q-18 -22 0 -42t0 -40M204 108q-18 -22 0 -42t0 -40M250 118q-14 -18 0 -36t0 -34",
    );
}
