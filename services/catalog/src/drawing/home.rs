//! What is on the table and in the room.

use super::canvas::{Canvas, Hue, INK, LEAF, PAPER, STEEL, Tone, WHITE, WOOD};

pub(super) fn plate(c: &mut Canvas, china: Tone, rim: Tone) {
    c.dot(china.dark, [200, 206], 128);
    c.dot(china.light, [200, 200], 128);
    c.dot(rim.base, [200, 200], 116);
    c.dot(china.light, [200, 200], 111);
    c.dot(china.dark, [200, 200], 80);
    c.dot(china.light, [202, 203], 77);
    for step in 0..12 {
        c.turned(step * 30, [200, 200], |c| {
            c.shape(rim.base, "M200 92l6 9l-6 9l-6 -9z")
        });
    }
    c.rect(STEEL.dark, [32, 110, 8, 180], 4);
    c.line(
        STEEL.dark,
        5,
        "M26 92L26 128M36 92L36 128M46 92L46 128M26 128Q36 140 46 128",
    );
    c.shape(STEEL.dark, "M360 90Q382 150 368 200L360 200Z");
    c.rect(STEEL.dark, [360, 196, 9, 94], 4);
}

pub(super) fn bowl(c: &mut Canvas, china: Tone, paint: Tone) {
    c.shape(
        china.dark,
        "M68 214Q30 204 36 232Q48 256 88 246ZM332 214Q370 204 364 232Q352 256 312 246Z",
    );
    c.shape(
        china.dark,
        "M58 186L342 186Q336 284 252 304L248 322L152 322L148 304Q64 284 58 186Z",
    );
    c.shape(
        china.light,
        "M58 186L306 186Q300 280 220 302L216 318L152 318L148 304Q64 284 58 186Z",
    );
    c.oval(china.dark, [200, 186, 142, 34]);
    c.oval(china.light, [200, 184, 134, 28]);
    c.oval("#c98a3f", [200, 192, 116, 18]);
    c.line(paint.base, 7, "M66 216Q190 246 330 218");
    c.line("#d9a441", 4, "M70 230Q190 260 326 232");
    for turn in [0, 60, 120, 180, 240, 300] {
        c.turned(turn, [190, 270], |c| c.oval(paint.base, [190, 257, 7, 10]));
    }
    c.dot("#d9a441", [190, 270], 6);
    c.line(LEAF.base, 4, "M168 272q-18 6 -26 -8M212 272q18 6 26 -8");
}

pub(super) fn glass(c: &mut Canvas, crystal: Tone, wine: Tone) {
    c.shape(crystal.base, "M140 70Q116 216 200 222Q284 216 260 70Z");
    c.shape(WHITE.light, "M148 76Q126 208 200 214Q274 208 252 76Z");
    c.shape(
        wine.base,
        "M136 150Q140 210 200 214Q260 210 264 150Q200 164 136 150Z",
    );
    c.oval(wine.light, [200, 151, 64, 9]);
    c.rect(crystal.base, [195, 218, 10, 92], 4);
    c.oval(crystal.dark, [200, 314, 64, 11]);
    c.oval(crystal.light, [200, 310, 64, 10]);
    c.oval(crystal.base, [200, 72, 60, 8]);
    c.shine("M160 96Q154 128 156 140");
}

pub(super) fn carafe(c: &mut Canvas, crystal: Tone, wine: Tone) {
    c.shape(crystal.base, "M160 46L240 46Q222 80 224 128Q228 176 306 252Q334 286 312 308Q304 322 282 322L118 322Q96 322 88 308Q66 286 94 252Q172 176 176 128Q178 80 160 46Z");
    c.shape(WHITE.light, "M172 54L228 54Q214 84 216 130Q222 182 298 256Q320 284 302 304Q294 312 280 312L120 312Q106 312 98 304Q80 284 102 256Q178 182 184 130Q186 84 172 54Z");
    c.shape(wine.base, "M118 240L282 240L298 256Q320 284 302 304Q294 312 280 312L120 312Q106 312 98 304Q80 284 102 256Z");
    c.shape(
        wine.dark,
        "M252 240L282 240L298 256Q320 284 302 304Q294 312 280 312L252 312Q290 284 252 240Z",
    );
    c.oval(wine.light, [200, 240, 84, 11]);
    c.shine("M194 90Q196 150 170 190");
}

pub(super) fn cutlery(c: &mut Canvas, steel: Tone, horn: Tone) {
    c.rect(WOOD.dark, [52, 96, 296, 226], 12);
    c.rect(WOOD.base, [60, 104, 280, 210], 8);
    c.rect("#7c2b20", [72, 116, 256, 186], 6);
    for x in [96, 136, 176, 216, 256, 296] {
        c.shape(
            steel.light,
            format_args!(
                "M{} 128Q{} 160 {} 206L{} 206L{} 128Z",
                x - 6,
                x + 16,
                x + 8,
                x - 8,
                x - 6
            ),
        );
        c.shape(
            horn.base,
            format_args!(
                "M{} 206L{} 206Q{} 250 {} 286Q{} 296 {} 284Q{} 250 {} 206Z",
                x - 9,
                x + 9,
                x + 6,
                x + 12,
                x,
                x - 4,
                x - 12,
                x - 9
            ),
        );
        c.dot("#efcf8c", [x, 212], 4);
        c.dot("#efcf8c", [x - 2, 256], 3);
    }
}

pub(super) fn candles(c: &mut Canvas, wax: Tone, base: Tone) {
    for (x, top) in [(142, 112), (258, 140)] {
        c.rect(wax.base, [x - 19, top, 38, 282 - top], 6);
        c.rect(wax.dark, [x + 7, top + 4, 12, 274 - top], 4);
        c.shape(
            wax.light,
            format_args!(
                "M{} {top}q19 -10 38 0q2 20 -8 22q-6 30 -12 0q-16 8 -18 -22z",
                x - 19
            ),
        );
        c.line(INK.base, 4, format_args!("M{x} {}l0 -12", top - 4));
        c.shape(
            "#dd8a3c",
            format_args!(
                "M{x} {}C{} {} {} {} {x} {}C{} {} {} {} {x} {}Z",
                top - 66,
                x + 8,
                top - 46,
                x + 22,
                top - 14,
                top - 12,
                x - 22,
                top - 14,
                x - 8,
                top - 46,
                top - 66
            ),
        );
        c.shape(
            "#f5e39a",
            format_args!("M{x} {}q14 22 0 26q-14 -4 0 -26z", top - 40),
        );
        c.shape(
            base.base,
            format_args!(
                "M{} 278L{} 278L{} 304L{} 304Z",
                x - 30,
                x + 30,
                x + 22,
                x - 22
            ),
        );
        c.rect(base.dark, [x - 48, 302, 96, 20], 10);
        for y in [168, 196, 224, 252] {
            c.line(wax.light, 3, format_args!("M{} {y}l8 6l8 -6", x - 14));
        }
    }
}

pub(super) fn jar_candle(c: &mut Canvas, glass: Tone, label: Tone) {
    c.shape(
        "#dd8a3c",
        "M200 66C212 94 232 112 222 140Q200 156 178 140C168 112 188 94 200 66Z",
    );
    c.shape("#f5e39a", "M200 98q18 28 0 42q-18 -14 0 -42z");
    c.rect(glass.dark, [102, 152, 196, 170], 18);
    c.rect(glass.base, [102, 152, 162, 170], 18);
    c.oval(glass.light, [200, 158, 98, 22]);
    c.oval(label.base, [200, 160, 84, 16]);
    c.line(INK.dark, 5, "M200 160L200 140");
    c.rect(label.light, [134, 202, 132, 92], 4);
    c.shape(LEAF.base, "M200 284C190 268 150 274 152 252C132 232 160 222 172 232C172 208 194 204 200 218C206 204 228 208 228 232C240 222 268 232 248 252C250 274 210 268 200 284Z");
    c.line(
        label.light,
        4,
        "M200 284L200 228M200 262L168 246M200 262L232 246",
    );
    c.shine("M114 200L114 178");
}

pub(super) fn book(c: &mut Canvas, cover: Tone, accent: Tone) {
    if accent.hue == Hue::Rose {
        // A notebook, lying open-edged with its ribbon.
        c.turned(8, [200, 200], |c| {
            c.rect(cover.dark, [108, 82, 192, 240], 10);
            c.rect(PAPER, [118, 86, 186, 228], 4);
            c.rect(cover.base, [100, 76, 190, 236], 10);
            c.rect(cover.dark, [100, 76, 34, 236], 10);
            c.line(accent.base, 9, "M262 76L262 336L252 324M262 336L272 324");
            c.rect(accent.light, [156, 128, 84, 58], 4);
            c.line(
                cover.dark,
                4,
                "M168 146L228 146M168 160L228 160M168 174L206 174",
            );
        });
        return;
    }
    c.rect(PAPER, [96, 298, 222, 20], 3);
    c.line(WHITE.dark, 3, "M104 305L312 305M104 311L312 311");
    c.rect(cover.dark, [84, 70, 232, 240], 8);
    c.rect(cover.base, [104, 70, 212, 236], 8);
    c.line(accent.base, 4, "M122 88L298 88L298 286L122 286Z");
    if accent.hue == Hue::Cream {
        // A basket under an awning, for the market.
        for (index, x) in [146, 168, 190, 212, 234, 256].into_iter().enumerate() {
            let stripe = if index % 2 == 0 {
                accent.light
            } else {
                "#1f4d3a"
            };
            c.shape(stripe, format_args!("M{x} 112l22 0l0 32q-11 16 -22 0z"));
        }
        c.dot("#dd8a3c", [184, 202], 20);
        c.dot("#5e8c4a", [236, 202], 20);
        c.dot("#e9c84a", [210, 192], 22);
        c.shape(accent.base, "M150 208L272 208L258 260L164 260Z");
        c.line(
            accent.dark,
            4,
            "M156 226L266 226M160 242L262 242M184 208L188 260M212 208L212 260M240 208L234 260",
        );
    } else {
        // A cheese with a slice cut, under its title.
        c.line(accent.light, 8, "M154 116L266 116");
        c.line(accent.light, 5, "M174 136L246 136");
        c.dot(accent.base, [210, 212], 54);
        c.shape(cover.base, "M210 212L276 184L276 226Z");
        for [x, y, r] in [[186, 194, 9], [206, 242, 7], [176, 226, 5], [218, 186, 5]] {
            c.dot(accent.dark, [x, y], r);
        }
    }
}
