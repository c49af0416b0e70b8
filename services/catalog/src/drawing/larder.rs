//! What comes in jars, tins, boxes and bags.

use super::{
    canvas::{Canvas, Hue, INK, LEAF, PAPER, Tone, WHITE, WOOD},
    emblem::emblem,
};

pub(super) fn jar(c: &mut Canvas, content: Tone, accent: Tone) {
    let jam = accent.hue == Hue::White;
    c.rect("#e3e6e4", [104, 128, 192, 194], 30);
    c.rect(content.base, [114, 152, 172, 160], 24);
    c.shape(
        content.dark,
        "M250 152L262 152Q286 152 286 176L286 288Q286 312 262 312L236 312Q254 300 250 270Z",
    );
    if jam {
        c.shape(
            content.base,
            "M96 128L112 72Q200 50 288 72L304 128Q252 142 200 128Q148 142 96 128Z",
        );
        for x in [124, 160, 196, 232, 268] {
            c.line(
                PAPER,
                7,
                format_args!("M{} 76L{} 126", x + (200 - x) / 6, x),
            );
        }
        c.line(PAPER, 6, "M110 92Q200 72 290 92M102 112Q200 96 298 112");
        c.line("#7c2b20", 6, "M108 136L292 136");
        for [x, y] in [[136, 176], [256, 180], [140, 290], [240, 294], [262, 240]] {
            c.dot(content.light, [x, y], 8);
        }
    } else {
        c.rect("#8a918f", [112, 104, 176, 36], 8);
        c.rect("#bcc2c0", [112, 92, 176, 30], 10);
        c.line("#8a918f", 7, "M286 132Q312 140 304 170L292 196");
        c.rect(content.light, [114, 152, 172, 26], 10);
        if accent.hue == Hue::Cream {
            c.line(
                content.light,
                6,
                "M130 204q14 -10 28 0M240 210q14 -10 28 0M128 292q20 -12 40 0M232 294q12 -8 30 0",
            );
        } else {
            c.oval(accent.light, [140, 290, 14, 8]);
            c.oval(accent.light, [258, 200, 14, 8]);
            c.oval(accent.light, [254, 288, 18, 9]);
        }
    }
    c.rect(PAPER, [132, 202, 136, 76], 6);
    c.rect(
        if jam { content.base } else { accent.base },
        [140, 210, 120, 60],
        3,
    );
    c.rect(PAPER, [144, 214, 112, 52], 2);
    emblem(c, if jam { content } else { accent }, [200, 240]);
    c.shine("M120 196L120 170Q120 160 130 158");
}

pub(super) fn honey(c: &mut Canvas, gold: Tone, flower: Tone) {
    c.shape(
        gold.base,
        "M150 118L250 118L300 168L300 276L250 322L150 322L100 276L100 168Z",
    );
    c.shape(
        gold.dark,
        "M226 118L250 118L300 168L300 276L250 322L226 322L268 276L268 168Z",
    );
    c.shape(
        gold.light,
        "M118 176L156 136L168 136L132 176L132 264L118 264Z",
    );
    c.rect(flower.dark, [136, 74, 128, 50], 8);
    for x in [152, 176, 200, 224, 248] {
        c.line(flower.light, 4, format_args!("M{x} 84L{x} 114"));
    }
    c.shape(PAPER, "M200 156L256 188L256 252L200 284L144 252L144 188Z");
    c.line(
        LEAF.base,
        5,
        "M200 264L200 202M200 240q-18 0 -24 -18M200 252q18 0 24 -18",
    );
    for step in [0, 1, 2] {
        let y = 178 + step * 14;
        c.oval(flower.base, [194, y, 8, 8]);
        c.oval(flower.dark, [207, y + 6, 7, 7]);
    }
}

pub(super) fn crock(c: &mut Canvas, stone: Tone, lettering: Tone) {
    c.shape(
        stone.base,
        "M116 128L284 128Q304 176 300 226Q296 290 272 322L128 322Q104 290 100 226Q96 176 116 128Z",
    );
    c.shape(
        stone.dark,
        "M252 128L284 128Q304 176 300 226Q296 290 272 322L240 322Q266 280 266 226Q266 170 252 128Z",
    );
    c.rect(stone.light, [106, 108, 188, 28], 12);
    c.shape(WOOD.base, "M134 110L146 66L254 66L266 110Z");
    c.shape(WOOD.dark, "M230 66L254 66L266 110L238 110Z");
    c.rect("#7c2b20", [102, 134, 196, 12], 4);
    c.rect(lettering.base, [132, 186, 136, 88], 8);
    c.rect(stone.light, [139, 193, 122, 74], 5);
    for [x, y] in [
        [170, 218],
        [200, 212],
        [230, 218],
        [184, 240],
        [216, 240],
        [200, 258],
        [160, 246],
        [240, 246],
    ] {
        c.dot("#b37f22", [x, y], 7);
    }
}

pub(super) fn sack(c: &mut Canvas, cloth: Tone, content: Tone) {
    c.shape(
        cloth.dark,
        "M106 150Q76 240 92 300Q96 322 122 322L278 322Q304 322 308 300Q324 240 294 150Z",
    );
    c.shape(
        cloth.base,
        "M106 150Q76 240 92 300Q96 318 122 318L246 318Q276 318 280 296Q292 230 268 150Z",
    );
    c.oval(cloth.dark, [200, 148, 98, 34]);
    c.oval(cloth.light, [200, 142, 98, 34]);
    c.shape(
        content.dark,
        "M118 142Q150 88 200 86Q250 88 282 142Q200 178 118 142Z",
    );
    c.shape(
        content.base,
        "M124 140Q156 96 200 94Q244 96 276 140Q200 170 124 140Z",
    );
    let grains = [
        [158, 132],
        [184, 114],
        [214, 110],
        [240, 130],
        [200, 142],
        [172, 150],
        [228, 150],
        [206, 126],
        [256, 142],
        [146, 146],
    ];
    for [x, y] in grains {
        if cloth.hue == Hue::White {
            c.rect(WHITE.light, [x - 6, y - 6, 11, 11], 2);
        } else if cloth.hue == Hue::Cream {
            c.turned(x, [x, y], |c| c.oval(content.light, [x, y, 10, 4]));
        } else {
            c.oval(content.light, [x, y, 8, 6]);
        }
    }
    c.dot(PAPER, [194, 246], 46);
    c.dot(content.base, [194, 246], 40);
    c.dot(PAPER, [194, 246], 35);
    if cloth.hue == Hue::Cream {
        c.line(content.base, 5, "M194 276Q190 246 200 218M194 262q-16 -4 -18 -18M196 250q16 -4 20 -18M194 244q-14 -4 -14 -18");
    } else {
        emblem(c, content, [194, 246]);
    }
}

pub(super) fn spice(c: &mut Canvas, spice: Tone, label: Tone) {
    c.rect("#e3e6e4", [132, 124, 136, 198], 20);
    c.rect(spice.base, [140, 152, 120, 162], 14);
    c.shape(
        spice.dark,
        "M232 152L246 152Q260 152 260 166L260 300Q260 314 246 314L224 314Q236 300 232 280Z",
    );
    c.rect(WOOD.base, [140, 72, 120, 56], 10);
    c.rect(WOOD.dark, [140, 112, 120, 16], 4);
    c.rect(label.light, [132, 190, 136, 84], 0);
    if label.hue == Hue::White {
        c.shape(
            spice.base,
            "M228 206C252 236 214 262 168 258C196 248 206 236 204 214Z",
        );
        c.line(LEAF.dark, 7, "M216 210Q212 196 226 196");
    } else {
        c.line(spice.dark, 5, "M200 262L200 204M200 222q-14 -2 -18 -14M200 222q14 -2 18 -14M200 240q-18 -2 -24 -16M200 240q18 -2 24 -16M200 256q-16 0 -26 -12M200 256q16 0 26 -12");
    }
    c.shine("M146 184L146 164");
}

pub(super) fn tin(c: &mut Canvas, metal: Tone, gilt: Tone) {
    c.rect("#8a918f", [48, 222, 304, 100], 44);
    c.rect(metal.dark, [48, 214, 304, 98], 44);
    c.rect(metal.base, [56, 186, 288, 104], 46);
    c.rect(gilt.base, [68, 198, 264, 80], 36);
    c.rect(metal.base, [74, 204, 252, 68], 32);
    for y in [218, 246] {
        c.shape(
            "#e3e6e4",
            format_args!(
                "M104 {y}Q170 {} 244 {}L270 {}L264 {y}L272 {}L244 {}Q170 {} 104 {y}Z",
                y - 22,
                y - 2,
                y - 13,
                y + 14,
                y + 4,
                y + 20
            ),
        );
        c.dot(INK.dark, [130, y - 3], 4);
        c.line(
            metal.light,
            3,
            format_args!("M152 {}q-8 8 0 16M176 {y}l50 0", y - 8),
        );
    }
    c.dot(gilt.base, [302, 236], 12);
    c.line(gilt.dark, 6, "M302 224Q318 160 262 156Q230 156 234 182");
}

/// Tea in a tin with its lid.
pub(super) fn caddy(c: &mut Canvas, lacquer: Tone, accent: Tone) {
    c.rect(lacquer.dark, [112, 128, 176, 194], 10);
    c.rect(lacquer.base, [112, 128, 146, 194], 10);
    c.rect(lacquer.dark, [106, 84, 188, 54], 12);
    c.rect(lacquer.light, [106, 84, 156, 46], 12);
    c.rect(accent.base, [112, 146, 176, 8], 0);
    c.rect(accent.base, [112, 298, 176, 8], 0);
    c.dot(accent.light, [200, 226], 54);
    c.dot(lacquer.base, [200, 226], 48);
    c.dot(PAPER, [200, 226], 43);
    if accent.hue == Hue::Ochre {
        for turn in [0, 45, 90, 135, 180, 225, 270, 315] {
            c.turned(turn, [200, 226], |c| {
                c.shape(lacquer.base, "M200 220l-9 -24l9 -8l9 8z")
            });
        }
        c.dot(accent.base, [200, 226], 9);
    } else if accent.hue == Hue::White {
        for turn in [0, 72, 144, 216, 288] {
            c.turned(turn, [200, 226], |c| {
                c.shape(
                    lacquer.base,
                    "M200 224C178 208 188 188 200 190C212 188 222 208 200 224Z",
                )
            });
        }
        c.dot("#d9a441", [200, 226], 8);
    } else {
        c.shape(LEAF.base, "M200 258q-44 -14 -24 -60q44 8 24 60z");
        c.shape(LEAF.dark, "M202 258q38 -14 24 -54q-38 6 -24 54z");
        c.line(PAPER, 3, "M196 250Q190 226 180 208");
    }
    c.shine("M120 120L120 102");
}

/// Coffee and infusions in a bag with a folded top.
pub(super) fn pouch(c: &mut Canvas, paper: Tone, accent: Tone) {
    c.shape(paper.dark, "M112 126L288 126L300 322L100 322Z");
    c.shape(paper.base, "M112 126L256 126L262 322L100 322Z");
    c.shape(paper.light, "M112 126L122 86L278 86L288 126Z");
    c.line(accent.base, 7, "M118 106L282 106");
    c.rect(accent.base, [100, 188, 200, 96], 0);
    c.rect(PAPER, [108, 196, 184, 80], 0);
    if paper.hue == Hue::Straw {
        c.shape(LEAF.base, "M150 258q-6 -48 48 -54q4 46 -48 54z");
        c.line(LEAF.dark, 4, "M144 264L190 212");
        c.line(
            LEAF.dark,
            4,
            "M200 210Q230 216 240 240M214 214L222 240M228 222L248 226",
        );
        for [x, y] in [[222, 248], [242, 246], [252, 230]] {
            c.dot("#d9a441", [x, y], 9);
        }
    } else {
        for (index, x) in [150, 200, 250].into_iter().enumerate() {
            // One bean is the darkest roast, three the plain one; the decaffeinated is hollow.
            if paper.hue == Hue::Ink && index != 1 {
                continue;
            }
            c.turned(24, [x, 236], |c| {
                c.oval(paper.dark, [x, 236, 18, 26]);
                if paper.hue == Hue::Green {
                    c.oval(PAPER, [x, 236, 11, 19]);
                }
                c.line(accent.light, 4, format_args!("M{x} 214q10 22 0 44"));
            });
        }
    }
    c.dot(paper.dark, [200, 154], 8);
    c.shine("M126 176L129 142");
}
