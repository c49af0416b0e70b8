//! A product on a page of its own.

use actix_web::{HttpResponse, web};
use futures_util::join;
use maud::{Markup, html};

use crate::{
    components as ui,
    failure::Failure,
    frame::Frame,
    services::{
        cart::QUANTITY_LIMIT,
        catalog::{Item, Product},
    },
    visit::Visit,
};

pub(super) async fn show(visit: Visit, slug: web::Path<String>) -> Result<HttpResponse, Failure> {
    let catalog = &visit.services().catalog;
    let language = visit.language();
    let (frame, product, related) = join!(
        Frame::load(&visit),
        catalog.product(language, &slug),
        catalog.related(language, &slug),
    );
    let product = product?;
    let related = related.unwrap_or_else(|error| {
        tracing::warn!(%error, "a product is shown without its neighbours");
        Vec::new()
    });
    let content = html! {
        (ui::breadcrumb(&visit, &product.category_path))
        article.product {
            div.product-drawing.sold-out[product.available < 1] {
                img src=(product.image_url) alt="" width="640" height="640" fetchpriority="high";
            }
            div.product-words {
                h1 { (product.name) }
                p.product-price {
                    (ui::price(&visit, product.price))
                    " "
                    (ui::availability(&visit, product.available))
                }
                p.lead { (product.description) }
                @if product.available > 0 { (buy(&visit, &product)) } @else { (sold_out(&visit, &product)) }
                ul.assurances {
                    li { (visit.t("product-delivery")) }
                    li { (visit.t("product-returns")) }
                }
            }
        }
        (neighbours(&visit, &related))
    };
    let place = product.category_path.last().map(|it| it.slug.clone());
    let frame = frame
        .in_category(&place.unwrap_or_default())
        .described(format!("{}. {}", product.name, product.description));
    Ok(frame.page(&visit, &product.name, content))
}

fn buy(visit: &Visit, product: &Product) -> Markup {
    let to_cart = format!("/cart/items/{}", product.id);
    html! {
        form.buy method="post" action=(to_cart) hx-post=(to_cart) hx-swap="none" data-once {
            (ui::proof(visit))
            input type="hidden" name="add" value="1";
            input type="hidden" name="to" value=(visit.here());
            div.field {
                label for="quantity" { (visit.t("product-quantity")) }
                input #quantity type="number" name="quantity" value="1" min="1"
                    max=(product.available.min(QUANTITY_LIMIT)) inputmode="numeric" required;
            }
            button.button.large data-test="add-to-cart" { (visit.t("product-add")) }
        }
    }
}

fn sold_out(visit: &Visit, product: &Product) -> Markup {
    html! {
        div.product-gone {
            p { (visit.t("product-sold-out")) }
            @if let Some(category) = product.category_path.last() {
                p.actions {
                    a.button.quiet href={ "/categories/" (category.slug) } {
                        (visit.tx("product-see-category", [("name", category.name.as_str().into())]))
                    }
                }
            }
        }
    }
}

fn neighbours(visit: &Visit, related: &[Item]) -> Markup {
    html! {
        @if !related.is_empty() {
            section.related aria-labelledby="related" {
                h2 #related { (visit.t("product-related")) }
                ul.grid {
                    @for item in related { (ui::product_card(visit, item, false)) }
                }
            }
        }
    }
}
