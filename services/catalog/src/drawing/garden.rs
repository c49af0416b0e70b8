//! Fruit and vegetables.

use super::canvas::{Canvas, Hue, Tone, WHITE};

const STALK: &str = "#3d2519";

/// Round fruit: apples where the leaf is green, tomatoes where it is a star.
pub(super) fn fruit(c: &mut Canvas, skin: Tone, leaf: Tone) {
    let tomato = leaf.hue == Hue::Green;
    for [x, y] in [[124, 258], [276, 258], [200, 232]] {
        c.oval(skin.dark, [x, y, 70, 64]);
        c.oval(skin.base, [x - 4, y - 4, 64, 58]);
        c.shine(format_args!("M{} {}q4 -24 24 -32", x - 46, y - 8));
        if tomato {
            c.shape(leaf.base, format_args!("M{x} {}l10 -22l8 20l26 -10l-14 20l20 12l-28 2l-8 22l-14 -20l-26 12l8 -22l-24 -10l28 -6z", y - 44));
        } else {
            c.line(STALK, 6, format_args!("M{x} {}q2 -24 14 -34", y - 52));
            c.shape(
                leaf.base,
                format_args!("M{} {}q16 -34 48 -26q-8 32 -48 26z", x + 4, y - 62),
            );
            for [dx, dy] in [[-20, 10], [12, -14], [26, 18], [-6, 30], [-34, 22]] {
                c.dot(skin.light, [x + dx, y + dy], 3);
            }
        }
    }
    if tomato {
        c.line(leaf.dark, 7, "M200 188Q190 130 232 104");
        c.line(
            "#7c2b20",
            4,
            "M84 250q8 36 30 52M308 300q22 -18 24 -44M240 214q16 32 0 64",
        );
    }
}

pub(super) fn pear(c: &mut Canvas, skin: Tone, leaf: Tone) {
    for (turn, at) in [(-10, [140, 322]), (12, [262, 322])] {
        c.turned(turn, at, |c| {
            c.moved(at, |c| {
                c.line(STALK, 8, "M2 -196q0 -26 16 -38");
                c.shape(skin.dark, "M0 -200C34 -200 32 -150 46 -120C84 -50 60 -4 0 -4C-60 -4 -84 -50 -46 -120C-32 -150 -34 -200 0 -200Z");
                c.shape(skin.base, "M-4 -194C24 -194 24 -148 36 -118C66 -54 46 -12 -6 -12C-56 -12 -74 -52 -42 -118C-30 -148 -32 -194 -4 -194Z");
                c.shine("M-48 -60Q-50 -88 -34 -112");
                c.shape(leaf.base, "M6 -206q30 -34 62 -12q-26 30 -62 12z");
                c.dot(leaf.dark, [0, -8], 5);
            });
        });
    }
}

pub(super) fn citrus(c: &mut Canvas, peel: Tone, leaf: Tone) {
    c.turned(-24, [158, 206], |c| {
        c.shape(peel.dark, "M52 214C40 206 40 196 54 190C92 110 226 112 258 186C278 190 282 206 262 216C226 292 90 290 52 214Z");
        c.shape(peel.base, "M58 208C48 202 48 196 60 190C96 118 216 118 248 184C264 190 266 200 252 206C220 274 92 274 58 208Z");
        c.shine("M94 174Q118 146 152 144");
        for [x, y] in [[130, 210], [168, 232], [202, 196], [176, 166], [220, 222]] {
            c.dot(peel.dark, [x, y], 3);
        }
    });
    c.shape(leaf.base, "M222 120q46 -60 108 -22q-36 54 -108 22z");
    c.line(leaf.dark, 4, "M222 120q50 -12 96 -20");
    c.dot(peel.dark, [280, 258], 64);
    c.dot(WHITE.light, [280, 256], 58);
    for turn in [0, 45, 90, 135, 180, 225, 270, 315] {
        c.turned(turn, [280, 256], |c| {
            c.shape(peel.base, "M280 246L262 208Q280 196 298 208Z")
        });
    }
}

pub(super) fn strawberry(c: &mut Canvas, flesh: Tone, leaf: Tone) {
    for (turn, at) in [(-16, [122, 250]), (14, [280, 248]), (0, [200, 222])] {
        c.turned(turn, at, |c| {
            c.moved(at, |c| {
                c.shape(
                    flesh.dark,
                    "M0 78C-50 40 -76 -30 -50 -54C-26 -70 26 -70 50 -54C76 -30 50 40 0 78Z",
                );
                c.shape(
                    flesh.base,
                    "M-4 70C-48 34 -70 -28 -46 -50C-24 -64 20 -64 40 -50C62 -30 38 36 -4 70Z",
                );
                for [x, y] in [
                    [-30, -20],
                    [0, -28],
                    [28, -18],
                    [-18, 6],
                    [14, 4],
                    [-2, 34],
                    [30, 12],
                    [-40, -40],
                ] {
                    c.oval("#efcf8c", [x, y, 3, 5]);
                }
                c.shape(
                    leaf.base,
                    "M0 -52l-46 14l20 -24l-30 -14l38 -4l18 -26l18 26l38 4l-30 14l20 24z",
                );
                c.line(leaf.dark, 6, "M0 -84q2 -18 12 -26");
            });
        });
    }
}

pub(super) fn grapes(c: &mut Canvas, skin: Tone, wood: Tone) {
    c.line(wood.base, 10, "M200 140L204 76M176 78L242 70");
    c.shape(
        skin.dark,
        "M206 104q40 -50 104 -20q-8 26 -34 30q10 22 -14 30q-34 6 -56 -40z",
    );
    for (y, row) in [
        (144, &[132, 176, 220, 264][..]),
        (184, &[110, 154, 198, 242, 286]),
        (222, &[132, 176, 220, 264]),
        (258, &[154, 198, 242]),
        (290, &[176, 220]),
        (312, &[198]),
    ] {
        for &x in row {
            c.dot(skin.dark, [x + 2, y + 3], 26);
            c.dot(skin.base, [x, y], 25);
            c.dot(skin.light, [x - 7, y - 8], 8);
        }
    }
}

pub(super) fn garlic(c: &mut Canvas, skin: Tone, blush: Tone) {
    c.line("#c9a95c", 12, "M200 60Q180 100 204 130Q226 164 200 190");
    c.line("#e8cf8e", 8, "M214 60Q226 100 196 134Q176 160 204 190");
    for [x, y] in [[134, 172], [268, 176], [136, 276], [268, 280], [200, 236]] {
        c.shape(
            blush.base,
            format_args!(
                "M{x} {}C{} {} {} {} {} {}Q{x} {} {} {}C{} {} {} {} {x} {}Z",
                y - 60,
                x + 8,
                y - 30,
                x + 56,
                y - 26,
                x + 48,
                y + 18,
                y + 54,
                x - 48,
                y + 18,
                x - 56,
                y - 26,
                x - 8,
                y - 30,
                y - 60
            ),
        );
        c.shape(
            skin.base,
            format_args!(
                "M{x} {}C{} {} {} {} {} {}Q{x} {} {} {}C{} {} {} {} {x} {}Z",
                y - 52,
                x + 4,
                y - 26,
                x + 36,
                y - 22,
                x + 30,
                y + 16,
                y + 46,
                x - 40,
                y + 16,
                x - 46,
                y - 22,
                x - 6,
                y - 26,
                y - 52
            ),
        );
        c.line(
            blush.light,
            5,
            format_args!(
                "M{} {}q-18 26 -6 50M{} {}q16 24 6 50",
                x - 6,
                y - 22,
                x + 6,
                y - 22
            ),
        );
    }
}

/// Roots in a bunch: long ones point down, round ones sit.
pub(super) fn roots(c: &mut Canvas, root: Tone, top: Tone) {
    let round = root.hue != Hue::Orange;
    for (turn, x, skin) in [
        (28, 120, root.dark),
        (-28, 280, root.dark),
        (14, 160, root.base),
        (-14, 240, root.base),
        (0, 200, root.light),
    ] {
        c.turned(turn / 2, [x, 190], |c| {
            for lean in [-16, 0, 16] {
                c.line(
                    top.base,
                    8,
                    format_args!("M{x} 182Q{} 130 {} 74", x + lean, x + lean * 2),
                );
                c.oval(top.dark, [x + lean * 2, 82, 11, 24]);
                c.oval(top.light, [x + lean, 116, 8, 16]);
            }
            if round {
                c.shape(
                    skin,
                    format_args!(
                        "M{} 190C{} 170 {} 170 {} 190C{} 246 {} 262 {x} 282C{} 262 {} 246 {} 190Z",
                        x - 26,
                        x - 20,
                        x + 20,
                        x + 26,
                        x + 30,
                        x + 10,
                        x - 10,
                        x - 30,
                        x - 26
                    ),
                );
                c.shape(
                    WHITE.light,
                    format_args!(
                        "M{} 240Q{x} 230 {} 240Q{} 264 {x} 318Q{} 264 {} 240Z",
                        x - 19,
                        x + 19,
                        x + 8,
                        x - 8,
                        x - 19
                    ),
                );
                c.line(root.dark, 4, format_args!("M{} 196q-2 14 2 26", x - 14));
            } else {
                c.shape(
                    skin,
                    format_args!(
                        "M{} 190C{} 166 {} 166 {} 190C{} 232 {} 290 {x} 322C{} 290 {} 232 {} 190Z",
                        x - 24,
                        x - 20,
                        x + 20,
                        x + 24,
                        x + 22,
                        x + 8,
                        x - 8,
                        x - 22,
                        x - 24
                    ),
                );
                c.line(
                    root.dark,
                    4,
                    format_args!(
                        "M{} 212l18 0M{} 238l-16 0M{} 262l14 0",
                        x - 18,
                        x + 18,
                        x - 12
                    ),
                );
            }
        });
    }
    c.rect("#a63d2f", [130, 168, 140, 14], 7);
}

pub(super) fn mushroom(c: &mut Canvas, cap: Tone, skin: Tone) {
    for [x, y, size] in [[130, 262, 3], [282, 268, 3], [206, 206, 4]] {
        let s = |n: i32| n * size / 4;
        c.shape(
            cap.light,
            format_args!(
                "M{} {y}L{} {}Q{x} {} {} {}L{} {y}Z",
                x - s(30),
                x - s(38),
                y + s(76),
                y + s(94),
                x + s(38),
                y + s(76),
                x + s(30)
            ),
        );
        c.shape(
            cap.dark,
            format_args!(
                "M{} {}Q{x} {} {} {}L{} {}Q{x} {} {} {}Z",
                x - s(92),
                y + s(8),
                y + s(44),
                x + s(92),
                y + s(8),
                x + s(80),
                y - s(6),
                y + s(16),
                x - s(80),
                y - s(6)
            ),
        );
        c.shape(
            skin.light,
            format_args!(
                "M{} {}C{} {} {} {} {} {}Q{x} {} {} {}Z",
                x - s(96),
                y + s(8),
                x - s(90),
                y - s(110),
                x + s(90),
                y - s(110),
                x + s(96),
                y + s(8),
                y + s(30),
                x - s(96),
                y + s(8)
            ),
        );
        c.oval(skin.base, [x + s(30), y - s(44), s(14), s(8)]);
        c.oval(skin.base, [x - s(4), y - s(24), s(9), s(5)]);
        c.shine(format_args!(
            "M{} {}q{} {} {} {}",
            x - s(64),
            y - s(24),
            s(8),
            -s(24),
            s(30),
            -s(34)
        ));
    }
}

pub(super) fn leek(c: &mut Canvas, leaf: Tone, stem: Tone) {
    for (turn, x) in [(-18, 140), (0, 200), (18, 260)] {
        c.turned(turn, [200, 300], |c| {
            c.shape(
                leaf.dark,
                format_args!("M{} 190L{} 60L{} 64L{} 190Z", x - 18, x - 46, x - 8, x + 4),
            );
            c.shape(
                leaf.base,
                format_args!(
                    "M{} 190L{} 48L{} 50L{} 190Z",
                    x - 12,
                    x - 10,
                    x + 24,
                    x + 12
                ),
            );
            c.shape(
                leaf.light,
                format_args!("M{} 190L{} 70L{} 84L{} 190Z", x - 2, x + 32, x + 56, x + 18),
            );
            c.rect(stem.dark, [x - 19, 180, 38, 128], 16);
            c.rect(stem.light, [x - 19, 180, 30, 124], 14);
            c.shape(
                leaf.light,
                format_args!(
                    "M{} 184L{} 184L{} 220L{} 250L{} 220Z",
                    x - 19,
                    x + 19,
                    x + 12,
                    x,
                    x - 12
                ),
            );
            c.line(
                stem.dark,
                4,
                format_args!("M{} 308l-6 14M{x} 308l0 16M{} 308l6 14", x - 8, x + 8),
            );
        });
    }
    c.rect("#a63d2f", [146, 224, 108, 16], 8);
}
