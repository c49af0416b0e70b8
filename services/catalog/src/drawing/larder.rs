//! What comes in bottles, jars, tins, boxes and bags.

use super::canvas::{Canvas, Hue, INK, LEAF, PAPER, Tone, WHITE, WOOD};

/// The mark on a label, so that two bottles of one shape do not look alike.
fn emblem(c: &mut Canvas, ink: Tone, [x, y]: [i32; 2]) {
    let mark = ink.base;
    match ink.hue {
        // A tower for the claret, a sun for the south, a leaf for what was picked.
        Hue::Cream => {
            c.shape(
                "#1f4d3a",
                format_args!(
                    "M{} {}l0 -30l8 0l0 8l8 0l0 -8l8 0l0 8l8 0l0 -8l8 0l0 30z",
                    x - 20,
                    y + 16
                ),
            );
        }
        Hue::Brick | Hue::Ochre | Hue::Lemon | Hue::Orange => {
            c.dot(mark, [x, y], 11);
            for turn in [0, 45, 90, 135] {
                c.turned(turn, [x, y], |c| {
                    c.line(
                        mark,
                        4,
                        format_args!("M{x} {}l0 -7M{x} {}l0 7", y - 17, y + 17),
                    );
                });
            }
        }
        Hue::Blue | Hue::Slate => {
            for step in [-12, 0, 12] {
                c.line(
                    mark,
                    4,
                    format_args!("M{} {}q8 -10 16 0t16 0", x - 16, y + step),
                );
            }
        }
        Hue::White | Hue::Straw | Hue::Cocoa => {
            c.shape(
                ink.dark,
                format_args!("M{x} {}l18 20l-18 20l-18 -20z", y - 20),
            );
            c.shape(PAPER, format_args!("M{x} {}l8 10l-8 10l-8 -10z", y - 10));
        }
        _ => {
            c.shape(
                mark,
                format_args!(
                    "M{x} {}q30 -10 18 -40q-34 4 -18 40zM{x} {}q-30 -10 -18 -40q34 4 18 40z",
                    y + 20,
                    y + 20
                ),
            );
        }
    }
}

fn glass(c: &mut Canvas, glass: Tone, outline: &str, shade: &str) {
    c.shape(glass.base, outline);
    c.shape(glass.dark, shade);
}

fn wine_label(c: &mut Canvas, ink: Tone, [x, y, w, h]: [i32; 4]) {
    c.rect(PAPER, [x, y, w, h], 3);
    c.rect(ink.base, [x, y + 8, w, 5], 0);
    c.rect(ink.base, [x, y + h - 13, w, 5], 0);
    emblem(c, ink, [x + w / 2, y + h / 2 - 4]);
    c.line(
        "#8a918f",
        3,
        format_args!("M{} {}l{} 0", x + 20, y + h - 24, w - 40),
    );
}

pub(super) fn bordeaux(c: &mut Canvas, wine: Tone, ink: Tone) {
    glass(
        c,
        if wine.hue == Hue::Rose {
            wine
        } else {
            Tone {
                base: "#2c3a2e",
                dark: "#1b251d",
                ..wine
            }
        },
        "M178 60L222 60L222 136Q222 152 240 164Q254 174 254 194L254 322L146 322L146 194Q146 174 160 164Q178 152 178 136Z",
        "M208 60L222 60L222 136Q222 152 240 164Q254 174 254 194L254 322L232 322L232 194Q232 176 220 166Q208 154 208 138Z",
    );
    c.rect(wine.dark, [174, 48, 52, 62], 4);
    c.rect(wine.light, [174, 98, 52, 6], 0);
    wine_label(c, ink, [146, 200, 108, 92]);
    c.shine("M160 188Q162 178 172 172");
}

pub(super) fn burgundy(c: &mut Canvas, wine: Tone, ink: Tone) {
    glass(
        c,
        if wine.hue == Hue::Leaf {
            wine
        } else {
            Tone {
                base: "#34432f",
                dark: "#222d1f",
                ..wine
            }
        },
        "M180 56L220 56L220 118C222 164 262 176 262 226L262 322L138 322L138 226C138 176 178 164 180 118Z",
        "M208 56L220 56L220 118C222 164 262 176 262 226L262 322L240 322L240 226C240 180 208 166 208 122Z",
    );
    c.rect(ink.dark, [176, 46, 48, 54], 4);
    wine_label(c, ink, [138, 218, 124, 84]);
    c.shine("M156 208Q160 190 172 178");
}

pub(super) fn champagne(c: &mut Canvas, glass_tone: Tone, foil: Tone) {
    glass(
        c,
        glass_tone,
        "M178 70L222 70L224 120C228 168 272 186 272 240L272 322L128 322L128 240C128 186 172 168 176 120Z",
        "M208 70L222 70L224 120C228 168 272 186 272 240L272 322L246 322L246 240C246 190 210 170 208 122Z",
    );
    c.shape(foil.base, "M172 62Q200 30 228 62L230 146Q200 164 170 146Z");
    c.shape(foil.dark, "M210 48Q222 52 228 62L230 146L212 154Z");
    c.line(foil.dark, 4, "M172 84L228 84M178 50L222 50");
    c.shape(PAPER, "M128 238Q200 214 272 238L272 300Q200 316 128 300Z");
    c.line(
        foil.base,
        5,
        "M132 250Q200 226 268 250M132 288Q200 304 268 288",
    );
    emblem(c, foil, [200, 266]);
    c.shine("M148 226Q152 206 164 194");
}

pub(super) fn flute(c: &mut Canvas, glass_tone: Tone, ink: Tone) {
    glass(
        c,
        Tone {
            base: glass_tone.dark,
            dark: "#4c5f44",
            ..glass_tone
        },
        "M184 40L216 40L218 120Q250 196 248 322L152 322Q150 196 182 120Z",
        "M206 40L216 40L218 120Q250 196 248 322L226 322Q230 200 208 124Z",
    );
    c.rect(ink.base, [180, 34, 40, 58], 4);
    c.rect(ink.dark, [180, 84, 40, 8], 0);
    wine_label(c, ink, [154, 220, 92, 76]);
    c.shine("M172 196Q176 166 186 144");
}

pub(super) fn beer(c: &mut Canvas, ale: Tone, label: Tone) {
    c.shape(
        "#5b3a29",
        "M90 100L126 100L128 150Q146 176 146 206L146 322L70 322L70 206Q70 176 88 150Z",
    );
    c.shape(
        "#3d2519",
        "M114 100L126 100L128 150Q146 176 146 206L146 322L128 322L128 206Q128 178 114 154Z",
    );
    c.rect(label.dark, [86, 88, 44, 20], 5);
    c.rect(label.base, [70, 218, 76, 76], 2);
    c.dot(PAPER, [108, 256], 26);
    c.line(ale.dark, 5, "M108 274L108 240M108 254q-14 -2 -14 -16M108 254q14 -2 14 -16M108 268q-14 -2 -16 -14M108 268q14 -2 16 -14");
    c.shape(
        ale.dark,
        "M196 148L316 148L306 308Q304 322 292 322L220 322Q208 322 206 308Z",
    );
    c.shape(
        ale.base,
        "M196 148L296 148L288 308Q286 318 276 318L220 318Q208 318 206 308Z",
    );
    c.shape(ale.light, "M212 166L226 166L232 300L222 300Z");
    c.shape(WHITE.light, "M186 158Q172 122 208 124Q216 98 248 110Q284 92 298 124Q336 124 326 160Q314 178 300 162Q280 182 262 164Q240 184 222 164Q204 178 186 158Z");
    for [x, y] in [[252, 210], [270, 250], [246, 276], [284, 200], [262, 296]] {
        c.dot(ale.light, [x, y], 5);
    }
}

pub(super) fn flask(c: &mut Canvas, spirit: Tone, ink: Tone) {
    if ink.hue == Hue::Green {
        c.shape(
            ink.base,
            "M174 64L226 64L226 132L270 160L270 322L130 322L130 160L174 132Z",
        );
        c.shape(spirit.base, "M144 172L196 140L256 172L256 308L144 308Z");
        c.rect("#7c2b20", [168, 44, 64, 36], 6);
        wine_label(c, ink, [150, 204, 100, 84]);
        c.shine("M156 194L156 180L180 164");
    } else {
        c.shape(
            spirit.light,
            "M180 78L220 78L222 134C326 152 330 322 282 322L118 322C70 322 74 152 178 134Z",
        );
        c.shape(
            spirit.base,
            "M100 226Q200 244 300 226C306 276 296 310 276 310L124 310C104 310 94 276 100 226Z",
        );
        c.shape(
            spirit.dark,
            "M258 230Q280 230 300 226C306 276 296 310 276 310L244 310Q262 280 258 230Z",
        );
        c.rect(WOOD.dark, [172, 44, 56, 40], 8);
        c.rect(ink.base, [172, 76, 56, 12], 3);
        c.oval(PAPER, [200, 254, 52, 36]);
        emblem(c, ink, [200, 254]);
        c.shine("M118 204Q132 170 164 156");
    }
}

/// Slender bottles: oils and syrups.
pub(super) fn slim(c: &mut Canvas, liquid: Tone, label: Tone) {
    let syrup = label.hue == Hue::White;
    if syrup {
        c.shape(liquid.base, "M178 84L222 84L222 124Q250 150 250 176L238 232L250 288L250 322L150 322L150 288L162 232L150 176Q150 150 178 124Z");
        c.shape(liquid.dark, "M208 84L222 84L222 124Q250 150 250 176L238 232L250 288L250 322L228 322L228 288L218 232L228 176Q228 152 208 128Z");
        c.rect(WHITE.dark, [172, 56, 56, 34], 6);
    } else {
        c.shape(
            liquid.base,
            "M182 70L218 70L218 140Q244 154 244 180L244 322L156 322L156 180Q156 154 182 140Z",
        );
        c.shape(
            liquid.dark,
            "M206 70L218 70L218 140Q244 154 244 180L244 322L224 322L224 180Q224 158 206 146Z",
        );
        c.shape("#3d2519", "M176 76L182 44L218 44L224 76Z");
        c.line(label.light, 4, "M178 66L222 66");
    }
    c.rect(PAPER, [156, 196, 88, 90], 3);
    c.rect(label.base, [156, 196, 88, 14], 3);
    if liquid.hue == Hue::Crust {
        c.oval(WOOD.base, [200, 244, 26, 22]);
        c.line(
            label.base,
            4,
            "M200 222L200 266M186 232q8 12 0 24M214 232q-8 12 0 24",
        );
    } else if syrup {
        emblem(c, liquid, [200, 246]);
    } else {
        c.oval(liquid.base, [188, 250, 13, 17]);
        c.oval(INK.base, [214, 256, 12, 16]);
        c.line(liquid.light, 4, "M188 234Q200 214 224 220M214 240L208 224");
    }
    c.shine("M168 184Q168 168 178 160");
}

pub(super) fn cruet(c: &mut Canvas, vinegar: Tone, label: Tone) {
    c.shape("#e3e6e4", "M178 92L222 92L224 150Q284 190 284 254Q284 322 236 322L164 322Q116 322 116 254Q116 190 176 150Z");
    c.shape(
        vinegar.base,
        "M132 232L268 232Q276 310 232 310L168 310Q124 310 132 232Z",
    );
    c.shape(
        vinegar.dark,
        "M238 232L268 232Q276 310 232 310L212 310Q244 290 238 232Z",
    );
    c.line("#bcc2c0", 12, "M224 128Q300 120 300 190Q300 224 282 236");
    c.dot(WOOD.base, [200, 64], 24);
    c.rect(WOOD.dark, [184, 80, 32, 26], 4);
    c.shape(label.base, "M168 192L232 192L240 226L160 226Z");
    c.line(vinegar.dark, 4, "M176 209L224 209");
    c.shine("M134 216Q140 194 158 180");
}

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
