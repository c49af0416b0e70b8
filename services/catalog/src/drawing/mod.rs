//! The pictures of the products: flat vector drawings, composed here.
//!
//! A drawing follows from a kind of thing and two hues, so the same product always looks the same. A
//! product that staff add later gets a [neutral](neutral) one, which follows from its slug.

mod bakery;
mod canvas;
mod cellar;
mod counter;
mod emblem;
mod flowers;

mod garden;
mod home;
mod kitchen;
mod larder;
mod sweets;

pub(crate) use canvas::Hue;

use serde::Deserialize;
use uuid::Uuid;

use canvas::{BOTTLE, Canvas, PAPER, Tone};

/// Part of every image's URL: raise it when a drawing changes, for clients keep images for ever.
pub(crate) const EDITION: u32 = 1;

/// What is drawn, in the words of the seed.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Drawing {
    kind: Kind,
    main: Hue,
    accent: Hue,
}

macro_rules! kinds {
    ($($kind:ident => $draw:path),+ $(,)?) => {
        /// A kind of thing that can be drawn.
        #[derive(Clone, Copy, Debug, Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Kind {
            $($kind),+
        }

        impl Kind {
            fn draw(self, canvas: &mut Canvas, main: Tone, accent: Tone) {
                match self {
                    $(Self::$kind => $draw(canvas, main, accent)),+
                }
            }
        }
    };
}

kinds! {
    Apron => kitchen::apron,
    Baguette => bakery::baguette,
    Bar => sweets::bar,
    Beer => cellar::beer,
    BlueWedge => counter::blue_wedge,
    Board => kitchen::board,
    Book => home::book,
    Bordeaux => cellar::bordeaux,
    Boule => bakery::boule,
    Bouquet => flowers::bouquet,
    Bowl => home::bowl,
    Boxed => counter::boxed,
    Brioche => bakery::brioche,
    Bunch => flowers::bunch,
    Burgundy => cellar::burgundy,
    Butter => counter::butter,
    Caddy => larder::caddy,
    Candles => home::candles,
    Canele => bakery::canele,
    Carafe => home::carafe,
    Casserole => counter::casserole,
    Champagne => cellar::champagne,
    ChefKnife => kitchen::chef_knife,
    Citrus => garden::citrus,
    Cocotte => kitchen::cocotte,
    Crock => larder::crock,
    Croissant => bakery::croissant,
    Cruet => cellar::cruet,
    CrustSlice => bakery::crust_slice,
    Cutlery => home::cutlery,
    Eclair => bakery::eclair,
    Flask => cellar::flask,
    Flute => cellar::flute,
    Fougasse => bakery::fougasse,
    Fruit => garden::fruit,
    Garlic => garden::garlic,
    Glass => home::glass,
    Grapes => garden::grapes,
    Ham => counter::ham,
    Heart => counter::heart,
    Honey => larder::honey,
    Jar => larder::jar,
    JarCandle => home::jar_candle,
    Knife => kitchen::knife,
    Leek => garden::leek,
    Link => counter::link,
    Log => counter::log,
    Macarons => bakery::macarons,
    Madeleine => bakery::madeleine,
    Mortar => kitchen::mortar,
    Mug => sweets::mug,
    Mushroom => garden::mushroom,
    Pan => kitchen::pan,
    Pear => garden::pear,
    Pin => kitchen::pin,
    Plate => home::plate,
    Pot => counter::pot,
    PotHerb => flowers::pot_herb,
    Pouch => larder::pouch,
    Pyramid => counter::pyramid,
    Roots => garden::roots,
    Sack => larder::sack,
    Saucepan => kitchen::saucepan,
    Sausage => counter::sausage,
    Sliced => counter::sliced,
    Slim => cellar::slim,
    Snails => counter::snails,
    Spice => larder::spice,
    Sticks => sweets::sticks,
    Strawberry => garden::strawberry,
    Sweets => sweets::sweets,
    Swirl => bakery::swirl,
    Tart => bakery::tart,
    Teapot => kitchen::teapot,
    Terrine => counter::terrine,
    Tin => larder::tin,
    TinLoaf => bakery::tin_loaf,
    Towel => kitchen::towel,
    Tree => flowers::tree,
    Truffles => sweets::truffles,
    Wedge => counter::wedge,
    Wheel => counter::wheel,
    Whisk => kitchen::whisk,
}

/// A drawing of a known product.
pub(crate) fn known(slug: &str, title: &str, drawing: Drawing) -> String {
    compose(slug, title, |canvas| {
        drawing
            .kind
            .draw(canvas, drawing.main.tone(), drawing.accent.tone());
    })
}

/// A wrapped parcel with a label, in hues and a pattern that follow from the slug: for a product that
/// nobody has drawn yet.
pub(crate) fn neutral(slug: &str, title: &str) -> String {
    let mut dice = Dice::of(slug);
    let paper = dice
        .one_of(&[
            Hue::Straw,
            Hue::Cream,
            Hue::Sage,
            Hue::Rose,
            Hue::Orange,
            Hue::Steel,
        ])
        .tone();
    let string = dice
        .one_of(&[Hue::Brick, Hue::Green, Hue::Plum, Hue::Blue, Hue::Cocoa])
        .tone();
    compose(slug, title, |c| {
        let height = 120 + dice.up_to(70);
        let width = 180 + dice.up_to(80);
        let (x, y) = (200 - width / 2, Canvas::SHELF - height);
        c.rect(paper.dark, [x, y, width, height], 8);
        c.rect(paper.base, [x, y, width - 30, height], 8);
        for _ in 0..8 {
            let at = [
                x + 14 + dice.up_to(width - 58),
                y + 12 + dice.up_to(height - 24),
            ];
            c.dot(paper.light, at, 3 + dice.up_to(6));
        }
        let knot = x + width / 4 + dice.up_to(width / 3);
        let across = y + height / 3 + dice.up_to(height / 4);
        c.rect(string.base, [knot - 7, y, 14, height], 0);
        c.rect(string.base, [x, across - 6, width, 12], 0);
        c.shape(
            string.light,
            format_args!("M{knot} {across}q-52 -44 -64 -8q8 30 64 8z"),
        );
        c.shape(
            string.base,
            format_args!("M{knot} {across}q52 -44 64 -8q-8 30 -64 8z"),
        );
        c.dot(string.dark, [knot, across], 10);
        c.turned(8 + dice.up_to(20), [knot, across], |c| {
            c.rect(PAPER, [knot + 16, across + 6, 66, 38], 4);
            c.line(
                string.base,
                3,
                format_args!(
                    "M{} {}l42 0M{} {}l{} 0",
                    knot + 28,
                    across + 20,
                    knot + 28,
                    across + 32,
                    14 + dice.up_to(28)
                ),
            );
        });
    })
}

/// The ground, the light behind and the shelf, which all drawings have in common; then the thing itself.
fn compose(slug: &str, title: &str, thing: impl FnOnce(&mut Canvas)) -> String {
    const TINTS: [&str; 5] = ["#efe4cc", "#e2e9d9", "#f3ddd0", "#e6e2ec", "#dfe7e8"];
    let mut dice = Dice::of(slug);
    let tint = dice.one_of(&TINTS);
    let mut canvas = Canvas::default();
    canvas.rect(PAPER, [0, 0, 400, 400], 0);
    match dice.up_to(2) {
        0 => canvas.dot(tint, [200, 190], 158),
        1 => canvas.shape(tint, "M56 336L56 172Q56 30 200 30Q344 30 344 172L344 336Z"),
        _ => canvas.rect(tint, [46, 40, 308, 296], 40),
    }
    canvas.rect(PAPER, [0, 330, 400, 70], 0);
    canvas.oval("#d9cfb8", [200, 326, 150, 8]);
    canvas.line(BOTTLE, 4, "M28 336L372 336");
    canvas.line("#a63d2f", 2, "M28 344L372 344");
    thing(&mut canvas);
    let title = escaped(title);
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img"><title>{title}</title>{}</svg>"#,
        canvas.into_string()
    )
}

/// The entity tag of a drawing: it changes if and only if the drawing does.
pub(crate) fn tag(svg: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, svg.as_bytes())
        .simple()
        .to_string()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Numbers that follow from a slug and look thrown.
struct Dice(u64);

impl Dice {
    fn of(slug: &str) -> Self {
        let (high, low) = Uuid::new_v5(&Uuid::NAMESPACE_URL, slug.as_bytes()).as_u64_pair();
        Self(high ^ low)
    }

    /// 0 to `most`, both included.
    fn up_to(&mut self, most: i32) -> i32 {
        // Knuth's MMIX generator; its high bits are the good ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let sides = u64::try_from(most).unwrap_or(0) + 1;
        i32::try_from((self.0 >> 33) % sides).unwrap_or(0)
    }

    fn one_of<T: Copy, const N: usize>(&mut self, choices: &[T; N]) -> T {
        const { assert!(N > 0) };
        let most = i32::try_from(N - 1).unwrap_or(0);
        let chosen = usize::try_from(self.up_to(most)).unwrap_or(0);
        #[expect(clippy::indexing_slicing, reason = "`chosen` is at most N - 1")]
        choices[chosen]
    }
}
