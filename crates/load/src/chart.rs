//! Lines over time, as SVG within the page: it needs no script, and nothing from elsewhere.

use maud::{Markup, html};

use crate::drive::count;

/// One line of a chart.
pub(crate) struct Line<'a> {
    pub(crate) name: &'a str,
    /// The class that the page's style gives a colour.
    pub(crate) class: &'a str,
    /// One value a second.
    pub(crate) values: Vec<f64>,
}

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 220.0;
/// Room for the scale.
const LEFT: f64 = 60.0;
const BELOW: f64 = 20.0;
/// More points than this cannot be seen; of those that fall together the largest is drawn, lest a stall vanish.
const POINTS: usize = 450;

/// A chart of what is measured in `unit`.
pub(crate) fn chart(title: &str, unit: &str, lines: &[Line<'_>]) -> Markup {
    let highest = lines
        .iter()
        .flat_map(|it| &it.values)
        .copied()
        .fold(0.0, f64::max);
    let top = round_up(highest);
    let seconds = lines.iter().map(|it| it.values.len()).max().unwrap_or(0);
    html! {
        figure {
            figcaption {
                (title)
                @for line in lines { " " span class=(line.class) { "— " (line.name) } }
            }
            svg viewBox=(format!("0 0 {} {}", WIDTH + LEFT, HEIGHT + BELOW)) role="img" aria-label=(title) {
                @for part in 0..=4_u8 {
                    @let share = f64::from(part) / 4.0;
                    @let y = HEIGHT - share * (HEIGHT - 10.0);
                    line class="grid" x1=(LEFT) x2=(WIDTH + LEFT) y1=(y) y2=(y) {}
                    text x=(LEFT - 6.0) y=(y + 4.0) text-anchor="end" { (shown(top * share)) " " (unit) }
                }
                text x=(LEFT) y=(HEIGHT + BELOW - 4.0) { "0 s" }
                text x=(WIDTH + LEFT) y=(HEIGHT + BELOW - 4.0) text-anchor="end" { (seconds) " s" }
                @for line in lines {
                    polyline class=(line.class) points=(points(&line.values, top)) {}
                }
            }
        }
    }
}

fn points(values: &[f64], top: f64) -> String {
    let together = values.len().div_ceil(POINTS).max(1);
    let drawn: Vec<f64> = values
        .chunks(together)
        .map(|it| it.iter().copied().fold(0.0, f64::max))
        .collect();
    let last = u64::try_from(drawn.len().saturating_sub(1))
        .unwrap_or(1)
        .max(1);
    let mut points = String::new();
    for (index, value) in drawn.iter().enumerate() {
        let share = count(u64::try_from(index).unwrap_or(0)) / count(last);
        let x = LEFT + share * WIDTH;
        let y = HEIGHT - value / top * (HEIGHT - 10.0);
        points.push_str(&format!("{x:.1},{y:.1} "));
    }
    points
}

/// The next of 1, 2, 5, 10, 20, 50... above a value.
fn round_up(value: f64) -> f64 {
    let magnitude = 10.0_f64.powf(value.max(0.001).log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .map(|it| it * magnitude)
        .into_iter()
        .find(|it| *it >= value)
        .unwrap_or(value)
}

fn shown(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_at_a_round_number_above_everything() {
        for (value, top) in [
            (0.0, 0.001),
            (7.0, 10.0),
            (10.0, 10.0),
            (130.0, 200.0),
            (0.3, 0.5),
        ] {
            assert!(
                (round_up(value) - top).abs() < 1e-9,
                "{value}: {}",
                round_up(value)
            );
        }
    }

    #[test]
    fn a_stall_of_one_second_in_a_day_is_drawn() {
        let mut values = vec![1.0; 86_400];
        values[40_000] = 100.0;
        let points = points(&values, 100.0);
        assert!(points.split(' ').count() <= POINTS + 1);
        assert!(points.contains(",10.0"), "the peak is at the top");
    }
}
