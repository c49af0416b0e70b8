//! What comes in bottles.

use super::{
    canvas::{Canvas, Hue, INK, PAPER, Tone, WHITE, WOOD},
    emblem::emblem,
};

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
