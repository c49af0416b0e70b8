//! Bread, pastry and what comes out of the oven.

use super::canvas::{CREAM, Canvas, LEAF, Tone, WHITE};

pub(super) fn baguette(c: &mut Canvas, crust: Tone, flour: Tone) {
    for (turn, [x, y]) in [(-38, [216, 226]), (-52, [188, 196])] {
        c.turned(turn, [x, y], |c| {
            c.rect(crust.dark, [x - 160, y - 30, 320, 66], 33);
            c.rect(crust.base, [x - 160, y - 34, 320, 62], 31);
            for cut in [-112, -56, 0, 56, 112] {
                let cut = x + cut;
                c.shape(
                    flour.base,
                    format_args!("M{} {}q16 -34 40 -38q-4 26 -40 38z", cut - 20, y + 14),
                );
            }
        });
    }
    c.shape("#1f4d3a", "M132 262L270 262L284 322L118 322Z");
    c.shape("#4e7a62", "M132 262L270 262L273 276L129 276Z");
}

pub(super) fn boule(c: &mut Canvas, crust: Tone, flour: Tone) {
    c.shape(
        crust.dark,
        "M62 300C52 168 348 168 338 300Q336 322 310 322L90 322Q64 322 62 300Z",
    );
    c.shape(
        crust.base,
        "M62 290C58 160 342 160 338 290Q332 306 306 306L94 306Q68 306 62 290Z",
    );
    for x in [132, 200, 268] {
        c.shape(
            flour.light,
            format_args!(
                "M{} 292Q{} 240 {} 206Q{} 246 {} 292Z",
                x - 16,
                x - 8,
                x,
                x + 12,
                x + 12
            ),
        );
    }
    c.line(crust.light, 6, "M100 244Q134 200 182 194");
}

pub(super) fn tin_loaf(c: &mut Canvas, crust: Tone, crumb: Tone) {
    c.shape(crust.base, "M92 322L92 236C66 216 74 172 116 174C150 148 250 148 284 174C326 172 334 216 308 236L308 322Z");
    c.shape(crumb.light, "M112 308L112 230C92 214 100 190 128 192C160 168 240 168 272 192C300 190 308 214 288 230L288 308Z");
    for [x, y] in [
        [150, 226],
        [204, 204],
        [250, 240],
        [176, 270],
        [232, 284],
        [136, 286],
        [262, 206],
    ] {
        c.shape(
            crust.dark,
            format_args!("M{x} {y}q10 -14 20 0q4 12 -8 14q-16 2 -12 -14z"),
        );
    }
}

pub(super) fn fougasse(c: &mut Canvas, crust: Tone, olive: Tone) {
    c.shape(
        crust.dark,
        "M200 92C292 132 330 226 296 296Q278 328 200 324Q122 328 104 296C70 226 108 132 200 92Z",
    );
    c.shape(
        crust.light,
        "M200 98C286 136 318 222 288 286Q270 314 200 312Q130 314 112 286C82 222 114 136 200 98Z",
    );
    c.oval(super::canvas::PAPER, [200, 170, 9, 34]);
    c.oval(super::canvas::PAPER, [200, 258, 9, 34]);
    c.twice(|c| {
        for y in [186, 230, 274] {
            c.turned(-52, [146, y], |c| {
                c.oval(super::canvas::PAPER, [146, y, 9, 32])
            });
        }
    });
    for [x, y] in [
        [172, 142],
        [236, 158],
        [176, 214],
        [226, 216],
        [168, 290],
        [240, 294],
        [112, 242],
        [290, 236],
    ] {
        c.dot(olive.base, [x, y], 9);
        c.dot(olive.light, [x - 2, y - 3], 3);
    }
}

pub(super) fn croissant(c: &mut Canvas, crust: Tone, butter: Tone) {
    c.shape(crust.dark, "M52 296C60 170 130 112 200 112C270 112 340 170 348 296C352 318 330 326 316 308C296 252 256 236 200 236C144 236 104 252 84 308C70 326 48 318 52 296Z");
    c.shape(
        crust.base,
        "M152 122Q200 106 248 122L236 232Q200 224 164 232Z",
    );
    c.twice(|c| {
        c.shape(
            crust.light,
            "M146 126Q104 146 84 182L120 254Q138 238 158 234Z",
        );
        c.shape(crust.base, "M78 192Q60 228 56 282L88 298Q96 274 114 258Z");
        c.line(crust.dark, 4, "M170 128Q160 180 176 226");
        c.line(butter.light, 5, "M128 152Q112 176 128 220");
    });
    c.line(butter.light, 6, "M188 128Q184 166 190 196");
}

pub(super) fn swirl(c: &mut Canvas, crust: Tone, raisin: Tone) {
    c.oval(crust.dark, [200, 222, 128, 106]);
    c.oval(crust.base, [200, 214, 128, 104]);
    c.line(CREAM.base, 12, "M200 214c-16 -22 20 -34 34 -10c14 30 -26 54 -60 34c-40 -28 -12 -84 40 -78c56 8 72 70 40 104c-34 34 -96 30 -124 -10c-26 -42 0 -106 60 -116");
    for [x, y] in [
        [152, 180],
        [226, 172],
        [262, 220],
        [180, 262],
        [240, 262],
        [126, 232],
        [206, 236],
        [176, 208],
    ] {
        c.oval(raisin.base, [x, y, 10, 8]);
        c.dot(raisin.light, [x - 3, y - 3], 2);
    }
}

pub(super) fn brioche(c: &mut Canvas, crust: Tone, shade: Tone) {
    c.shape(shade.base, "M88 224L312 224L282 322L118 322Z");
    for x in [112, 150, 188, 226, 264] {
        c.line(
            shade.dark,
            5,
            format_args!("M{} 232L{} 316", x + 12, 130 + (x - 112) * 9 / 10),
        );
    }
    c.oval(crust.dark, [200, 218, 128, 48]);
    c.shape(
        crust.base,
        "M72 214C76 152 324 152 328 214C300 240 100 240 72 214Z",
    );
    c.dot(crust.dark, [200, 146], 52);
    c.dot(crust.light, [198, 140], 48);
    c.shine("M168 128Q176 106 200 104");
    c.line(crust.light, 6, "M104 200Q116 180 142 174");
}

pub(super) fn tart(c: &mut Canvas, filling: Tone, topping: Tone) {
    c.shape(
        "#9a6226",
        "M52 246L348 246L322 306Q318 318 304 318L96 318Q82 318 78 306Z",
    );
    for x in [90, 122, 154, 186, 218, 250, 282, 314] {
        c.line(
            "#c98a3f",
            8,
            format_args!("M{} 254L{} 310", x - 5, 200 + (x - 205) * 8 / 10),
        );
    }
    c.oval("#c98a3f", [200, 236, 152, 58]);
    c.oval(filling.base, [200, 232, 134, 46]);
    for [x, y] in [
        [120, 226],
        [166, 208],
        [220, 204],
        [272, 220],
        [146, 250],
        [200, 236],
        [252, 252],
        [200, 264],
    ] {
        c.shape(
            topping.base,
            format_args!("M{} {y}q22 -26 44 0q-22 18 -44 0z", x - 22),
        );
        c.line(
            topping.light,
            4,
            format_args!("M{} {}q10 -10 20 -8", x - 12, y - 4),
        );
    }
}

pub(super) fn eclair(c: &mut Canvas, glaze: Tone, dough: Tone) {
    for (y, x) in [(170, 172), (262, 212)] {
        c.rect(dough.dark, [x - 138, y - 18, 296, 66], 33);
        c.rect(dough.light, [x - 138, y - 24, 296, 64], 32);
        c.shape(glaze.base, format_args!("M{} {}q4 -44 50 -46l180 0q48 2 50 46q-14 16 -30 2q-16 14 -34 0q-24 18 -44 0q-22 14 -42 0q-26 18 -48 0q-20 12 -36 0q-26 14 -46 -2z", x - 130, y));
        c.line(
            glaze.light,
            6,
            format_args!("M{} {}q10 -16 36 -16l90 0", x - 100, y - 12),
        );
        c.dot("#efcf8c", [x + 84, y - 20], 8);
    }
}

pub(super) fn madeleine(c: &mut Canvas, dough: Tone, shade: Tone) {
    for (turn, at) in [(-28, [136, 218]), (24, [268, 210]), (0, [200, 262])] {
        c.turned(turn, at, |c| {
            c.moved(at, |c| {
                c.shape(
                    shade.base,
                    "M0 -96C72 -90 76 20 24 58Q0 68 -24 58C-76 20 -72 -90 0 -96Z",
                );
                c.shape(
                    dough.base,
                    "M0 -90C62 -84 66 16 20 50Q0 58 -20 50C-66 16 -62 -84 0 -90Z",
                );
                for bend in [-34, -17, 0, 17, 34] {
                    c.line(
                        shade.base,
                        4,
                        format_args!("M{} 46Q{} -10 {} -76", bend / 4, bend, bend),
                    );
                }
                c.line(dough.light, 5, "M-40 -50Q-34 -70 -18 -80");
            });
        });
    }
}

pub(super) fn macarons(c: &mut Canvas, first: Tone, second: Tone) {
    let shells = [
        ([130, 278], "#e9c84a", "#c6a127"),
        ([270, 278], "#5b3a29", "#3d2519"),
        ([200, 278], first.base, first.dark),
        ([164, 206], second.base, second.dark),
        ([238, 206], "#dd8a3c", "#b5651f"),
        ([200, 134], first.light, first.base),
    ];
    for ([x, y], shell, shade) in shells {
        c.rect(CREAM.light, [x - 38, y - 8, 76, 18], 9);
        c.shape(
            shell,
            format_args!("M{} {}c0 -36 20 -40 42 -40c22 0 42 4 42 40z", x - 42, y - 6),
        );
        c.shape(
            shade,
            format_args!(
                "M{} {}l84 0c0 22 -14 34 -42 34c-28 0 -42 -12 -42 -34z",
                x - 42,
                y + 8
            ),
        );
        c.rect(shade, [x - 44, y - 10, 88, 7], 3);
        c.shine(format_args!("M{} {}q4 -12 16 -16", x - 28, y - 18));
    }
}

pub(super) fn canele(c: &mut Canvas, crust: Tone, shine: Tone) {
    for [x, y] in [[128, 322], [272, 322], [200, 338]] {
        let y = y - 16;
        c.shape(
            crust.base,
            format_args!(
                "M{} {y}L{} {}Q{x} {} {} {}L{} {y}Q{x} {} {} {y}Z",
                x - 66,
                x - 46,
                y - 136,
                y - 160,
                x + 46,
                y - 136,
                x + 66,
                y + 26,
                x - 66
            ),
        );
        for step in [-40, -20, 0, 20, 40] {
            c.line(
                crust.dark,
                6,
                format_args!(
                    "M{} {}L{} {}",
                    x + step * 9 / 10,
                    y - 128,
                    x + step * 13 / 10,
                    y + 4
                ),
            );
        }
        c.oval(crust.light, [x, y - 138, 46, 16]);
        c.oval(crust.dark, [x, y - 136, 26, 8]);
        c.line(
            shine.light,
            4,
            format_args!("M{} {}L{} {}", x - 46, y - 110, x - 58, y - 30),
        );
    }
}

pub(super) fn crust_slice(c: &mut Canvas, crust: Tone, meat: Tone) {
    c.shape(
        crust.dark,
        "M74 322L74 178Q74 138 114 136Q200 108 286 136Q326 138 326 178L326 322Z",
    );
    c.shape(
        crust.light,
        "M84 312L84 184Q84 150 120 148Q200 122 280 148Q316 150 316 184L316 312Z",
    );
    c.rect("#e9c84a", [100, 160, 200, 44], 16);
    c.rect(meat.base, [100, 178, 200, 120], 18);
    for [x, y] in [
        [136, 216],
        [190, 250],
        [244, 212],
        [272, 262],
        [150, 276],
        [216, 284],
    ] {
        c.dot(LEAF.base, [x, y], 9);
        c.oval(WHITE.dark, [x + 24, y + 6, 12, 8]);
        c.oval(meat.dark, [x - 2, y + 22, 14, 7]);
    }
    c.line(crust.dark, 6, "M182 138l10 -16l16 0l10 16");
}
