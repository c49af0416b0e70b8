//! The cheese and charcuterie counters.

use super::canvas::{BOTTLE, CREAM, Canvas, Hue, LEAF, PAPER, STEEL, Tone, WHITE, WOOD};

pub(super) fn boxed(c: &mut Canvas, cheese: Tone, label: Tone) {
    c.oval(WOOD.dark, [200, 286, 142, 38]);
    c.rect(WOOD.base, [58, 246, 284, 42], 4);
    c.oval(WOOD.light, [200, 246, 142, 40]);
    c.oval(cheese.dark, [200, 232, 122, 32]);
    c.rect(cheese.base, [78, 196, 244, 38], 6);
    c.oval(cheese.light, [200, 198, 122, 32]);
    c.shape(cheese.base, "M200 198L292 176Q330 196 296 220Z");
    c.shape(cheese.dark, "M200 198L296 220L296 244L200 222Z");
    c.turned(-14, [128, 140], |c| {
        c.oval(WOOD.base, [130, 136, 78, 78]);
        c.oval(WOOD.light, [130, 132, 78, 78]);
        c.oval(label.base, [130, 132, 60, 60]);
        c.oval(PAPER, [130, 132, 48, 48]);
        c.shape(
            label.base,
            "M130 100l9 22l24 2l-18 16l6 24l-21 -13l-21 13l6 -24l-18 -16l24 -2z",
        );
    });
}

pub(super) fn wedge(c: &mut Canvas, cheese: Tone, rind: Tone) {
    let soft = cheese.hue == Hue::Cream;
    c.shape(rind.base, "M338 184L338 268L322 322L322 214Z");
    c.shape(cheese.light, "M58 238L262 148Q322 158 338 184L322 222Z");
    c.shape(cheese.base, "M58 238L322 222L322 322L58 322Z");
    c.shape(rind.dark, "M322 222L338 184L338 276L322 322Z");
    if soft {
        c.shape(WHITE.light, "M58 238L262 148Q322 158 338 184L322 222Z");
        c.shape(cheese.dark, "M58 306L322 306L322 322L58 322Z");
        c.shape(
            rind.light,
            "M70 254Q190 232 312 240L312 268Q200 250 70 280Z",
        );
    } else {
        for [x, y, r] in [
            [122, 282, 11],
            [206, 262, 15],
            [268, 294, 10],
            [168, 302, 7],
            [288, 250, 6],
        ] {
            c.dot(cheese.dark, [x, y], r);
            c.dot(cheese.base, [x + 2, y + 3], r - 3);
        }
        c.line(
            cheese.dark,
            3,
            "M232 196l18 -8M180 214l22 -10M262 180l14 -4",
        );
    }
}

pub(super) fn blue_wedge(c: &mut Canvas, cheese: Tone, vein: Tone) {
    c.shape(cheese.dark, "M112 322L92 190L260 128L316 170L308 322Z");
    c.shape(WHITE.light, "M92 190L260 128L316 170L168 218Z");
    c.shape(cheese.light, "M168 218L316 170L308 322L176 322Z");
    c.shape(cheese.base, "M92 190L168 218L176 322L112 322Z");
    for vein_path in [
        "M196 240q22 -10 34 6q18 12 40 -6",
        "M202 282q18 10 36 -4q22 -14 48 4",
        "M118 226q14 18 32 14M122 274q18 -8 34 10",
        "M260 224l18 26l-8 22",
    ] {
        c.line(vein.base, 8, vein_path);
    }
    for [x, y] in [
        [218, 262],
        [284, 206],
        [246, 304],
        [134, 252],
        [192, 306],
        [292, 300],
    ] {
        c.oval(vein.dark, [x, y, 10, 6]);
    }
    c.line(vein.light, 4, "M176 176l26 -6M232 160l22 -8");
}

pub(super) fn wheel(c: &mut Canvas, rind: Tone, mark: Tone) {
    if mark.hue == Hue::Crust {
        c.shape(
            rind.dark,
            "M60 216Q80 250 60 290C70 336 330 336 340 290Q320 250 340 216Z",
        );
        c.oval(rind.base, [200, 214, 140, 50]);
        c.oval(rind.light, [200, 208, 124, 42]);
        c.shape(
            mark.base,
            "M200 208L316 224Q340 232 332 300L262 322L200 262Z",
        );
        c.shape(
            CREAM.base,
            "M200 208L200 256L262 316L324 296L330 236L316 226Z",
        );
        c.line(mark.dark, 4, "M120 204q30 -22 66 -22M132 224q14 8 34 10");
    } else {
        c.dot(mark.base, [200, 212], 112);
        c.dot(mark.light, [196, 206], 104);
        c.shape(rind.base, "M200 206L300 162A112 112 0 0 1 292 276Z");
        c.shape(rind.light, "M200 206L300 162L286 150Q220 176 200 206Z");
        for [x, y] in [
            [132, 162],
            [156, 240],
            [112, 214],
            [176, 290],
            [196, 136],
            [150, 118],
        ] {
            c.oval(mark.base, [x, y, 8, 5]);
        }
    }
}

pub(super) fn log(c: &mut Canvas, ash: Tone, curd: Tone) {
    c.rect(ash.dark, [92, 216, 236, 104], 50);
    c.rect(ash.base, [92, 212, 236, 98], 48);
    c.shape(
        ash.light,
        "M136 214L284 214Q304 218 310 232L122 232Q126 218 136 214Z",
    );
    c.oval(ash.dark, [120, 264, 44, 56]);
    c.oval(curd.base, [118, 264, 36, 48]);
    c.line(WOOD.base, 7, "M56 272L122 264M328 258L362 254");
    for [x, y] in [[190, 254], [236, 276], [284, 250], [206, 292], [262, 232]] {
        c.dot(ash.light, [x, y], 4);
    }
    c.oval(curd.light, [66, 308, 40, 14]);
}

pub(super) fn pyramid(c: &mut Canvas, ash: Tone, curd: Tone) {
    c.shape(ash.dark, "M74 322L142 142L258 142L326 322Z");
    c.shape(ash.base, "M74 322L142 142L216 142L244 322Z");
    c.shape(ash.light, "M142 142L176 122L280 124L258 142Z");
    c.shape(curd.base, "M200 322L222 204L274 204L316 322Z");
    c.shape(curd.dark, "M200 322L222 204L232 204L222 322Z");
    for [x, y] in [[130, 262], [168, 210], [150, 300], [182, 164], [190, 280]] {
        c.dot(ash.light, [x, y], 5);
    }
}

pub(super) fn heart(c: &mut Canvas, rind: Tone, curd: Tone) {
    c.shape(curd.dark, "M200 322C90 262 44 196 84 144C118 104 178 116 200 164C222 116 282 104 316 144C356 196 310 262 200 322Z");
    c.shape(curd.base, "M200 304C94 244 52 184 88 140C118 106 176 116 200 158C224 116 282 106 312 140C348 184 306 244 200 304Z");
    c.shape(rind.light, "M200 290C104 234 66 184 98 146C124 118 176 126 200 170C224 126 276 118 302 146C334 184 296 234 200 290Z");
    c.line(
        curd.base,
        5,
        "M112 196q6 -30 32 -40M270 160q18 4 22 26M180 252q12 12 20 16",
    );
}

pub(super) fn butter(c: &mut Canvas, fat: Tone, cloth: Tone) {
    c.oval(WHITE.dark, [200, 306, 158, 20]);
    c.oval(WHITE.light, [200, 300, 158, 20]);
    c.shape(
        cloth.base,
        "M48 302Q200 326 352 302L346 308Q200 332 54 308Z",
    );
    c.shape(fat.base, "M104 210L276 210L276 298L104 298Z");
    c.shape(fat.light, "M104 210L136 176L308 176L276 210Z");
    c.shape(fat.dark, "M276 210L308 176L308 264L276 298Z");
    c.shape(fat.light, "M84 222L104 210L104 298L84 300Z");
    c.line(
        fat.dark,
        4,
        "M130 232q14 22 28 0q14 22 28 0q14 22 28 0q14 22 28 0",
    );
    for [x, y] in [[160, 196], [206, 188], [244, 200], [276, 184], [186, 202]] {
        c.rect(WHITE.light, [x, y, 7, 7], 1);
    }
}

pub(super) fn pot(c: &mut Canvas, glaze: Tone, band: Tone) {
    c.shape(
        glaze.dark,
        "M98 172L302 172L282 304Q280 322 262 322L138 322Q120 322 118 304Z",
    );
    c.shape(
        glaze.base,
        "M98 172L264 172L250 304Q248 322 232 322L138 322Q120 322 118 304Z",
    );
    c.rect(band.base, [92, 158, 216, 26], 12);
    c.oval(CREAM.light, [200, 160, 98, 20]);
    c.line(CREAM.dark, 5, "M140 160q30 -14 60 0t56 -2");
    if glaze.hue == Hue::White {
        c.shape(band.base, "M110 232L290 232L284 276L116 276Z");
        c.shape(
            PAPER,
            "M200 236l6 12l14 2l-10 9l3 13l-13 -7l-13 7l3 -13l-10 -9l14 -2z",
        );
        c.turned(32, [270, 120], |c| {
            c.oval(STEEL.base, [270, 70, 20, 30]);
            c.rect(STEEL.dark, [265, 96, 10, 72], 5);
        });
    } else {
        for y in [220, 244, 268] {
            c.line(
                band.dark,
                4,
                format_args!("M124 {y}q19 12 38 0t38 0t38 0t38 0"),
            );
        }
        c.line("#3d2519", 7, "M236 156Q256 96 228 62");
        c.line("#3d2519", 5, "M222 158Q238 110 214 80");
    }
}

pub(super) fn sausage(c: &mut Canvas, meat: Tone, skin: Tone) {
    let nuts = skin.hue == Hue::Crust;
    c.turned(if nuts { -24 } else { 20 }, [200, 220], |c| {
        c.line(WOOD.light, 5, "M338 214q22 -16 34 2M338 226q20 14 34 6");
        c.rect(meat.dark, [72, 176, 276, 96], 46);
        c.rect(skin.light, [72, 172, 276, 92], 44);
        c.rect(meat.light, [92, 182, 246, 72], 34);
        for x in [136, 188, 240, 292] {
            c.line(
                WOOD.base,
                4,
                format_args!("M{x} 174q16 44 0 88M{} 174l-30 88", x + 16),
            );
        }
        c.oval(meat.dark, [88, 220, 34, 48]);
        c.oval(meat.base, [86, 220, 28, 42]);
        for [x, y] in [[76, 204], [94, 216], [80, 236], [98, 240], [90, 194]] {
            c.dot(
                if nuts { WOOD.light } else { WHITE.base },
                [x, y],
                if nuts { 7 } else { 4 },
            );
        }
    });
    for x in [126, 172] {
        c.oval(meat.dark, [x, 304, 42, 16]);
        c.oval(meat.base, [x, 300, 38, 13]);
        c.dot(WHITE.base, [x - 12, 298], 4);
        c.dot(WHITE.base, [x + 10, 302], 4);
    }
}

pub(super) fn link(c: &mut Canvas, skin: Tone, wood: Tone) {
    c.line(skin.dark, 78, "M104 196Q110 290 206 282Q296 270 300 176");
    c.line(skin.base, 66, "M104 192Q110 284 204 276Q292 264 298 174");
    c.line(skin.light, 10, "M88 204Q100 268 160 280");
    c.rect(wood.dark, [82, 130, 46, 14], 5);
    c.line(
        WHITE.dark,
        5,
        "M104 142L104 164M298 120q20 16 0 28q-18 14 0 20",
    );
    c.turned(-18, [212, 110], |c| {
        c.rect(wood.base, [170, 74, 90, 20], 8);
        c.line(wood.dark, 3, "M182 84L250 84");
    });
}

pub(super) fn ham(c: &mut Canvas, meat: Tone, fat: Tone) {
    c.line(WHITE.dark, 30, "M300 128L340 88");
    c.dot(WHITE.base, [346, 74], 16);
    c.dot(WHITE.base, [358, 92], 16);
    c.shape("#9a6226", "M306 112C340 150 322 230 262 288C206 336 96 336 70 262C52 196 120 132 196 128C240 126 270 106 306 112Z");
    c.shape(fat.base, "M284 152C300 190 276 240 232 276C184 314 104 310 88 256C76 206 130 158 196 154C236 152 262 138 284 152Z");
    c.shape(meat.base, "M268 172C276 200 254 236 216 262C176 288 118 288 106 248C100 212 144 180 196 176C230 174 252 164 268 172Z");
    c.oval(WHITE.base, [176, 226, 22, 18]);
    c.oval(meat.dark, [176, 226, 11, 9]);
    c.line(meat.light, 6, "M214 196q20 -6 34 -4M132 258q26 14 54 4");
    c.line(BOTTLE, 5, "M318 124q10 -40 -8 -62");
    c.rect("#a63d2f", [284, 40, 48, 32], 4);
}

pub(super) fn sliced(c: &mut Canvas, meat: Tone, fat: Tone) {
    c.rect(WOOD.dark, [44, 298, 312, 24], 10);
    c.rect(WOOD.base, [44, 290, 312, 24], 10);
    for (index, x) in [84, 128, 172, 216, 260].into_iter().enumerate() {
        let y = if index % 2 == 0 { 204 } else { 196 };
        c.turned(12, [x, y], |c| {
            c.oval(fat.base, [x, y + 10, 40, 84]);
            c.oval(meat.base, [x + 6, y + 12, 34, 76]);
            c.line(
                meat.light,
                5,
                format_args!("M{} {}q14 30 2 70", x + 4, y - 24),
            );
        });
    }
    c.turned(12, [304, 196], |c| {
        c.oval("#3d2519", [308, 214, 42, 84]);
        c.oval(meat.dark, [312, 214, 36, 78]);
    });
}

pub(super) fn terrine(c: &mut Canvas, dish: Tone, meat: Tone) {
    c.rect(dish.dark, [38, 210, 324, 26], 13);
    c.shape(
        dish.base,
        "M62 220L338 220L322 306Q318 322 302 322L98 322Q82 322 78 306Z",
    );
    c.shape(
        dish.dark,
        "M78 290L322 290L320 306Q318 322 302 322L98 322Q82 322 78 306Z",
    );
    c.shape(meat.dark, "M74 210Q90 160 200 160Q310 160 326 210Z");
    c.shape(meat.base, "M82 206Q100 170 200 170Q300 170 318 206Z");
    for x in [120, 168, 216, 264] {
        c.turned(-30, [x + 10, 184], |c| {
            c.rect(CREAM.light, [x - 16, 180, 60, 10], 5)
        });
    }
    c.shape(LEAF.base, "M196 168q-30 -40 10 -66q24 36 -10 66z");
    c.shape(LEAF.dark, "M206 170q8 -44 50 -40q-6 38 -50 40z");
}

pub(super) fn casserole(c: &mut Canvas, dish: Tone, beans: Tone) {
    c.shape(
        dish.dark,
        "M40 206L360 206Q340 322 268 322L132 322Q60 322 40 206Z",
    );
    c.shape(
        dish.base,
        "M40 206L330 206Q310 310 244 318L132 318Q60 318 40 206Z",
    );
    c.oval(dish.dark, [200, 204, 164, 44]);
    c.oval("#9a6226", [200, 202, 148, 34]);
    for [x, y] in [
        [96, 198],
        [132, 212],
        [120, 186],
        [168, 222],
        [228, 224],
        [272, 212],
        [304, 200],
        [286, 186],
        [200, 180],
        [240, 178],
        [164, 176],
    ] {
        c.oval(beans.light, [x, y, 13, 8]);
    }
    c.turned(-12, [196, 198], |c| {
        c.rect("#7c2b20", [142, 188, 100, 26], 13);
        c.line("#cf7a66", 4, "M160 196L214 196");
    });
    c.line(LEAF.base, 5, "M252 200q18 -18 34 -10M262 194l4 -14");
    c.line(
        "#dfd6c4",
        6,
        "M140 140q-16 -22 0 -42t0 -42M210 132q-16 -22 0 -42t0 -42M276 140q-16 -22 0 -42t0 -42",
    );
}

pub(super) fn snails(c: &mut Canvas, shell: Tone, herb: Tone) {
    c.oval(STEEL.dark, [200, 296, 160, 28]);
    c.oval(STEEL.light, [200, 288, 160, 28]);
    for [x, y] in [[112, 250], [200, 262], [288, 250], [156, 186], [244, 186]] {
        c.oval(herb.base, [x + 34, y + 28, 20, 12]);
        c.dot(shell.base, [x, y], 46);
        c.dot(shell.light, [x - 3, y - 3], 38);
        c.line(
            shell.dark,
            7,
            format_args!(
                "M{} {}c-6 -12 14 -18 18 -2c4 22 -28 26 -36 4c-6 -28 34 -40 50 -12",
                x,
                y + 2
            ),
        );
    }
}
