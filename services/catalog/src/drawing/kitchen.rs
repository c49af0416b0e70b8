//! What one cooks with.

use super::canvas::{BOTTLE, Canvas, Hue, INK, PAPER, STEEL, Tone, WHITE, WOOD};

pub(super) fn teapot(c: &mut Canvas, body: Tone, accent: Tone) {
    if accent.hue == Hue::Ink {
        c.line(accent.base, 11, "M110 176Q116 54 200 54Q284 54 290 176");
        c.shape(
            body.dark,
            "M276 216Q330 206 338 160L366 168Q360 254 292 276Z",
        );
        c.oval(body.dark, [200, 238, 124, 84]);
        c.oval(body.base, [192, 230, 112, 74]);
        for y in [196, 222, 248, 274] {
            for step in [-2, -1, 0, 1, 2] {
                let x = 192 + step * 38 + if y % 4 == 0 { 0 } else { 18 };
                c.dot(body.light, [x, y], 6);
            }
        }
        c.oval(body.dark, [200, 164, 72, 16]);
        c.oval(body.light, [200, 156, 60, 14]);
        c.dot(accent.base, [200, 138], 14);
        c.rect(body.dark, [150, 308, 100, 14], 6);
    } else {
        c.line(body.dark, 22, "M106 190Q40 184 50 244Q62 290 122 284");
        c.shape(
            body.dark,
            "M274 246Q312 232 318 170L360 158Q364 268 290 296Z",
        );
        c.shape(body.dark, "M120 170L280 170Q322 236 288 302Q280 322 256 322L144 322Q120 322 112 302Q78 236 120 170Z");
        c.shape(body.base, "M120 170L256 170Q296 236 262 300Q254 316 232 316L144 316Q120 316 112 300Q80 236 120 170Z");
        c.shape(accent.base, "M120 170L280 170Q300 202 302 232Q284 252 262 232Q240 262 214 234Q190 264 166 234Q140 256 118 236Q106 244 98 234Q102 200 120 170Z");
        c.shape(accent.dark, "M136 170Q146 132 200 132Q254 132 264 170Z");
        c.shape(accent.light, "M142 166Q154 138 196 138Q234 138 246 166Z");
        c.dot(body.base, [200, 122], 17);
    }
}

pub(super) fn cocotte(c: &mut Canvas, enamel: Tone, _brass: Tone) {
    c.rect(enamel.dark, [28, 210, 62, 28], 12);
    c.rect(enamel.dark, [310, 210, 62, 28], 12);
    c.shape(
        enamel.dark,
        "M62 194L338 194L328 286Q322 322 286 322L114 322Q78 322 72 286Z",
    );
    c.shape(
        enamel.base,
        "M62 194L302 194L294 282Q288 314 256 314L114 314Q78 314 72 282Z",
    );
    c.rect(enamel.dark, [52, 176, 296, 24], 12);
    c.shape(enamel.base, "M66 178Q86 120 200 118Q314 120 334 178Z");
    c.shape(enamel.light, "M92 164Q118 132 182 128Q122 142 104 166Z");
    c.rect("#b37f22", [188, 102, 24, 20], 4);
    c.oval("#d9a441", [200, 98, 30, 13]);
    c.shine("M94 222Q96 262 106 282");
}

pub(super) fn saucepan(c: &mut Canvas, copper: Tone, brass: Tone) {
    c.turned(-10, [270, 206], |c| {
        c.rect(INK.base, [262, 196, 124, 18], 9);
        c.dot(PAPER, [372, 205], 5);
        c.rect(brass.base, [256, 194, 40, 22], 4);
    });
    c.shape(
        copper.dark,
        "M40 178L276 178L270 296Q268 322 244 322L72 322Q48 322 46 296Z",
    );
    c.shape(
        copper.base,
        "M40 178L228 178L224 294Q222 316 200 316L72 316Q48 316 46 294Z",
    );
    c.shape(copper.light, "M66 196L92 196L96 300L76 300Z");
    c.oval(copper.dark, [158, 178, 120, 30]);
    c.oval(STEEL.light, [158, 176, 110, 24]);
    c.oval(STEEL.base, [158, 182, 98, 17]);
    for y in [216, 232] {
        c.dot(brass.light, [262, y], 5);
    }
}

pub(super) fn pan(c: &mut Canvas, steel: Tone, handle: Tone) {
    c.turned(-32, [168, 220], |c| {
        c.rect(handle.base, [270, 206, 120, 26], 12);
        c.rect(handle.light, [286, 212, 84, 5], 2);
        c.dot(PAPER, [374, 219], 6);
        c.dot(steel.dark, [168, 220], 122);
        c.dot(steel.base, [168, 220], 114);
        c.dot(handle.base, [168, 220], 94);
        c.dot(handle.light, [164, 216], 82);
    });
    c.shape(WHITE.light, "M112 210C96 172 150 150 176 168C216 150 250 188 228 222C244 262 194 276 166 258C126 276 96 244 112 210Z");
    c.dot("#e9c84a", [168, 214], 28);
    c.dot("#f5e39a", [160, 206], 9);
}

pub(super) fn knife(c: &mut Canvas, handle: Tone, blade: Tone) {
    c.turned(-42, [200, 200], |c| {
        c.shape(blade.base, "M196 180L350 182Q344 216 286 226L196 228Z");
        c.shape(blade.light, "M196 180L350 182L346 192L196 196Z");
        c.rect(handle.dark, [58, 176, 146, 54], 20);
        c.rect(handle.base, [58, 174, 146, 46], 20);
        for x in [92, 132, 172] {
            c.dot("#efcf8c", [x, 198], 7);
        }
    });
    c.turned(-42, [200, 200], |c| {
        c.line("#8a918f", 3, "M222 210L300 208");
    });
}

pub(super) fn chef_knife(c: &mut Canvas, handle: Tone, blade: Tone) {
    c.turned(-58, [200, 200], |c| {
        c.shape(blade.base, "M150 168L378 172Q352 236 240 250L150 250Z");
        c.shape(blade.light, "M150 168L378 172L370 186L150 192Z");
        c.line(blade.dark, 3, "M160 240L238 240Q320 232 356 192");
        c.rect("#8a918f", [134, 166, 20, 62], 4);
        c.shape(
            handle.dark,
            "M24 176Q10 190 20 226Q34 238 52 224L138 222L138 170Z",
        );
        c.shape(
            handle.base,
            "M24 174Q12 188 20 214Q34 228 52 214L138 212L138 168Z",
        );
        for x in [56, 88, 118] {
            c.dot(STEEL.light, [x, 192], 6);
        }
    });
}

pub(super) fn board(c: &mut Canvas, wood: Tone, cord: Tone) {
    c.turned(-8, [200, 200], |c| {
        c.rect(wood.dark, [104, 120, 196, 206], 30);
        c.rect(wood.base, [100, 116, 196, 204], 30);
        c.shape(wood.base, "M168 120L172 62Q198 36 224 62L228 120Z");
        c.dot(PAPER, [198, 74], 12);
        for (x, y) in [(126, 150), (156, 140), (240, 146), (270, 154)] {
            c.line(wood.dark, 4, format_args!("M{x} {y}q14 70 -4 {}", 300 - y));
        }
        c.line(
            wood.light,
            5,
            "M190 138q22 50 6 84q-12 40 8 78M214 140q20 52 2 88",
        );
        c.oval(wood.dark, [200, 232, 15, 24]);
        c.oval(wood.light, [200, 232, 7, 13]);
        c.line(cord.base, 6, "M198 74Q164 24 200 26Q238 24 198 74");
    });
}

pub(super) fn whisk(c: &mut Canvas, handle: Tone, wire: Tone) {
    c.turned(28, [200, 200], |c| {
        for (bow, colour) in [(98, wire.dark), (64, wire.base), (30, wire.dark)] {
            c.line(
                colour,
                5,
                format_args!(
                    "M190 216C{} 130 {} 30 200 28C{} 30 {} 130 210 216",
                    190 - bow,
                    196 - bow,
                    204 + bow,
                    210 + bow
                ),
            );
        }
        c.line(wire.dark, 5, "M200 216L200 28");
        c.rect(wire.base, [182, 206, 36, 26], 6);
        c.rect(handle.dark, [180, 228, 40, 138], 18);
        c.rect(handle.base, [180, 228, 30, 134], 15);
        c.dot(PAPER, [200, 346], 6);
    });
}

pub(super) fn mortar(c: &mut Canvas, stone: Tone, vein: Tone) {
    c.turned(34, [230, 150], |c| {
        c.rect(stone.dark, [214, 34, 40, 160], 18);
        c.rect(vein.light, [218, 38, 26, 150], 13);
    });
    c.shape(
        stone.dark,
        "M64 186L336 186Q330 284 252 300L262 322L138 322L148 300Q70 284 64 186Z",
    );
    c.shape(
        stone.light,
        "M64 186L296 186Q290 278 216 296L222 318L138 318L148 298Q70 282 64 186Z",
    );
    c.oval(stone.dark, [200, 186, 140, 30]);
    c.oval("#5e8c4a", [200, 190, 118, 20]);
    c.turned(34, [230, 150], |c| {
        c.rect(stone.base, [216, 150, 36, 48], 16)
    });
    c.line(
        stone.base,
        5,
        "M96 226q30 10 44 40t40 20M250 220q-10 24 6 40M150 214q22 6 28 24",
    );
}

pub(super) fn pin(c: &mut Canvas, wood: Tone, _cloth: Tone) {
    c.shape(WHITE.dark, "M66 300C60 238 130 230 196 238C280 226 344 246 338 300Q330 322 290 322L112 322Q72 322 66 300Z");
    c.shape(WHITE.base, "M66 296C60 234 130 226 196 234C280 222 340 240 332 292Q320 308 286 308L112 308Q72 308 66 296Z");
    c.turned(-20, [200, 190], |c| {
        c.rect(wood.dark, [22, 160, 356, 66], 33);
        c.rect(wood.base, [22, 156, 356, 58], 29);
        c.rect(wood.light, [60, 166, 270, 10], 5);
        c.line(wood.dark, 3, "M90 196L200 196M230 202L320 202");
    });
    for [x, y] in [[92, 130], [118, 104], [312, 262], [286, 284], [70, 156]] {
        c.dot(WHITE.dark, [x, y], 6);
    }
}

pub(super) fn apron(c: &mut Canvas, cloth: Tone, trim: Tone) {
    c.line(trim.base, 10, "M150 96Q152 36 200 36Q248 36 250 96");
    c.line(
        trim.base,
        8,
        "M100 190Q60 200 46 256M300 190Q340 200 354 256",
    );
    c.shape(
        cloth.dark,
        "M142 92L258 92Q262 150 306 178L306 322L94 322L94 178Q138 150 142 92Z",
    );
    c.shape(
        cloth.base,
        "M142 92L240 92Q246 150 282 178L282 322L94 322L94 178Q138 150 142 92Z",
    );
    for x in [118, 142, 166, 190, 214, 238, 262] {
        c.line(
            cloth.light,
            3,
            format_args!(
                "M{x} {}L{x} 318",
                if (150..=234).contains(&x) { 104 } else { 176 }
            ),
        );
    }
    c.rect(cloth.dark, [130, 216, 62, 64], 6);
    c.rect(cloth.dark, [208, 216, 62, 64], 6);
    c.rect(trim.base, [130, 216, 62, 11], 4);
    c.rect(trim.base, [208, 216, 62, 11], 4);
    c.turned(-8, [236, 216], |c| c.rect(WOOD.base, [228, 168, 14, 60], 7));
    c.rect(trim.base, [142, 92, 116, 11], 3);
}

pub(super) fn towel(c: &mut Canvas, linen: Tone, stripe: Tone) {
    c.rect(WOOD.dark, [40, 76, 320, 16], 8);
    c.dot(WOOD.base, [40, 84], 14);
    c.dot(WOOD.base, [360, 84], 14);
    c.shape(linen.dark, "M220 78L298 78L304 262L226 268Z");
    c.shape(linen.base, "M98 76L250 76L256 316L92 318Z");
    for x in [112, 130, 212, 230] {
        c.line(
            stripe.base,
            6,
            format_args!("M{x} 78L{} 316", x + (x - 174) / 18),
        );
    }
    c.line(stripe.light, 4, "M121 78L119 316M221 78L224 316");
    c.line(stripe.base, 5, "M96 270L255 268M95 290L255 288");
    c.line(linen.dark, 3, "M96 318l0 8M116 318l0 8M136 318l0 8M156 318l0 8M176 318l0 8M196 318l0 8M216 318l0 8M236 318l0 8M252 318l0 8");
    c.line(
        BOTTLE,
        5,
        "M174 110q10 14 0 24q-10 -10 0 -24M174 134L174 152",
    );
}
