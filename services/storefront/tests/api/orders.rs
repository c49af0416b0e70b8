//! The history, an order, cancelling, sending back.

use serde_json::{Value, json};

use testkit::Browser;

use crate::Front;

const ORDER: &str = "0199a000-0000-7000-8000-0000000000d1";
const BRIE: &str = "0199a000-0000-7000-8000-0000000000b1";
const BREAD: &str = "0199a000-0000-7000-8000-0000000000b2";
const RETURN: &str = "0199a000-0000-7000-8000-0000000000f1";

fn euros(cents: i64) -> Value {
    json!({ "amount": cents, "currency": "EUR" })
}

fn order(status: &str) -> Value {
    json!({
        "id": ORDER, "number": "C-2026-000042", "status": status, "total": euros(1650),
        "refunded": euros(0), "created_at": "2026-11-24T10:00:00Z",
        "lines": [
            { "product_id": BRIE, "name": "Brie <script>", "name_fr": "Brie fermier", "quantity": 2,
              "unit_price": euros(650), "line_total": euros(1300) },
            { "product_id": BREAD, "name": "Bread", "quantity": 1,
              "unit_price": euros(350), "line_total": euros(350) },
        ],
    })
}

fn detail(status: &str, events: &[(&str, &str)], returns: &[Value]) -> Value {
    let mut detail = order(status);
    detail["shipping_address"] = json!({
        "name": "Ada <script>", "line1": "1 rue <script>", "city": "Paris", "postal_code": "75001",
        "country": "FR",
    });
    let events: Vec<_> = events
        .iter()
        .map(|(kind, actor)| json!({ "at": "2026-11-24T10:05:00Z", "kind": kind, "actor": actor }))
        .collect();
    detail["timeline"] = json!(events);
    detail["returns"] = json!(returns);
    detail
}

fn a_return(state: &str, quantity: i64) -> Value {
    json!({
        "id": RETURN, "order_id": ORDER, "state": state, "reason": "Too <script> much",
        "refund": euros(650), "created_at": "2026-11-25T09:00:00Z",
        "lines": [{ "product_id": BRIE, "name": "Brie <script>", "quantity": quantity }],
    })
}

const PAID: [(&str, &str); 2] = [("placed", "customer"), ("confirmed", "system")];

/// A member, and an order that reads like this.
async fn with_order(detail: Value) -> (Front, Browser) {
    let front = Front::open().await;
    front
        .answer("GET", &format!("/api/orders/{ORDER}"), 200, detail)
        .await;
    let member = front.member("Ada", &["customer"]).await;
    (front, member)
}

fn here(rest: &str) -> String {
    format!("/orders/{ORDER}{rest}")
}

#[tokio::test]
async fn strangers_are_asked_to_sign_in_and_come_back() {
    let front = Front::open().await;
    for path in [
        "/orders".to_owned(),
        here(""),
        here("?placed=1"),
        here("/return"),
    ] {
        let page = front.browser().get(&path).await;
        let query = url::form_urlencoded::byte_serialize(path.as_bytes()).collect::<String>();
        page.expect_to(&format!("/sign-in?to={query}"));
    }
    for path in [here("/cancel"), here("/return")] {
        let mut stranger = front.browser();
        stranger.get("/sign-in").await.expect(200);
        let page = stranger.send(&path, &[("reason", "why")]).await;
        page.expect_to("/sign-in?to=%2Faccount");
        stranger.send_only(&path, &[]).await.expect(403);
    }
}

#[tokio::test]
async fn a_session_that_the_order_service_refuses_has_ended() {
    let front = Front::open().await;
    for at in ["/api/orders".to_owned(), format!("/api/orders/{ORDER}")] {
        front.refuse("GET", &at, 401, "unauthenticated").await;
    }
    for path in ["/orders".to_owned(), here("")] {
        let mut member = front.member("Ada", &["customer"]).await;
        let to = format!("/sign-in?to={}", path.replace('/', "%2F"));
        member.get(&path).await.expect_to(&to);
        member
            .get(&to)
            .await
            .expect(200)
            .shows("You have been signed out");
    }
}

#[tokio::test]
async fn without_the_order_service_the_page_says_what_still_works() {
    let front = Front::open().await;
    let mut member = front.member("Ada", &["customer"]).await;
    for path in ["/orders".to_owned(), here(""), here("/return")] {
        let page = member.get(&path).await.expect(503);
        page.shows("Orders and payments cannot be reached");
        page.shows("go on looking around");
        page.shows(&format!("href=\"{path}\""));
    }
    let mut member = member.with("referer", &format!("http://shop.example{}", here("")));
    member.get("/nothing").await.expect(404);
    let page = member.send(&here("/cancel"), &[]).await.expect(503);
    page.shows(&format!("href=\"{}\"", here("")));
}

#[tokio::test]
async fn somebody_elses_order_is_not_there() {
    let front = Front::open().await;
    front
        .refuse("GET", &format!("/api/orders/{ORDER}"), 404, "not-found")
        .await;
    for at in [
        format!("/api/orders/{ORDER}/cancel"),
        format!("/api/orders/{ORDER}/returns"),
    ] {
        front.refuse("POST", &at, 404, "not-found").await;
    }
    let mut member = front.member("Ada", &["customer"]).await;
    for path in [here(""), here("/return"), "/orders/none".to_owned()] {
        let page = member.get(&path).await.expect(404);
        page.shows("There is nothing here");
    }
    let quantity = format!("quantity[{BRIE}]");
    let fields = [(quantity.as_str(), "1"), ("reason", "why")];
    for path in [here("/cancel"), here("/return")] {
        member.send(&path, &fields).await.expect(404);
    }
}

#[tokio::test]
async fn the_history_lists_orders_with_what_was_in_them() {
    let front = Front::open().await;
    let mut long = order("delivered");
    let line = long["lines"][1].clone();
    for _ in 0..3 {
        long["lines"].as_array_mut().unwrap().push(line.clone());
    }
    let list = json!({ "items": [order("confirmed"), long], "next_cursor": ORDER });
    front.answer("GET", "/api/orders", 200, list).await;
    let mut member = front.member("Ada", &["customer"]).await;
    let page = member.get("/orders").await.expect(200);
    for text in [
        "C-2026-000042",
        "24 November 2026",
        "€16.50",
        "Paid",
        "Brie &lt;script&gt;, Bread",
        "Bread, Bread and 2 more products",
    ] {
        page.shows(text);
    }
    page.hides("<script>");
    page.shows(&format!("href=\"/orders/{ORDER}\""));
    page.shows(&format!("href=\"/orders?cursor={ORDER}\""));
    assert_eq!(front.count("GET", "/api/orders").await, 1);

    let next = format!("/orders?cursor={ORDER}");
    let page = member.get(&next).await.expect(200);
    page.shows("Back to the newest");
    let sent = front.last("GET", "/api/orders").await;
    assert_eq!(sent.url.query(), Some(format!("cursor={ORDER}").as_str()));
    member.get("/orders?cursor=nonsense").await.expect(400);

    let mut french = member.with("accept-language", "fr");
    let page = french.get("/orders").await.expect(200);
    page.shows("Brie fermier, Bread");
    page.shows("et 2 autres produits");
    page.shows("24 novembre 2026");
}

#[tokio::test]
async fn an_empty_history_shows_the_way_to_the_shelves() {
    let front = Front::open().await;
    let none = json!({ "items": [], "next_cursor": null });
    front.answer("GET", "/api/orders", 200, none).await;
    let mut member = front.member("Ada", &["customer"]).await;
    let page = member.get("/orders").await.expect(200);
    page.shows("You have not ordered anything yet");
}

#[tokio::test]
async fn an_order_shows_all_that_is_known_of_it() {
    let mut sent = detail(
        "shipped",
        &[PAID[0], PAID[1], ("packed", "staff"), ("shipped", "staff")],
        &[],
    );
    sent["tracking_number"] = json!("<script>42");
    sent["carrier"] = json!("La Poste <script>");
    sent["refunded"] = euros(350);
    let (front, mut member) = with_order(sent).await;
    let page = member.get(&here("")).await.expect(200);
    for text in [
        "C-2026-000042",
        "24 November 2026 at 11:05",
        "€6.50 each",
        "€16.50",
        "€3.50",
        "Refunded",
        "La Poste &lt;script&gt;",
        "&lt;script&gt;42",
        "1 rue &lt;script&gt;",
        "France",
    ] {
        page.shows(text);
    }
    page.hides("<script>");
    // Four steps are past, the fifth is to come.
    assert_eq!(page.html.matches("class=\"past\"").count(), 3);
    assert_eq!(page.html.matches("class=\"present\"").count(), 1);
    assert_eq!(page.html.matches("class=\"to-come\"").count(), 1);
    page.hides("data-test=\"cancel-order\"");
    page.hides(&here("/return"));
    page.hides("hx-get=\"/orders/");
    assert_eq!(front.count("GET", &format!("/api/orders/{ORDER}")).await, 1);
    let mut french = member.with("accept-language", "fr");
    let page = french.get(&here("")).await.expect(200);
    page.shows("Brie fermier");
    page.hides("Brie &lt;");
}

#[tokio::test]
async fn a_purchase_is_confirmed_with_what_happens_next() {
    let (_front, mut member) = with_order(detail("confirmed", &PAID, &[])).await;
    let page = member.get(&here("?placed=1")).await.expect(200);
    page.shows("Thank you for your order");
    page.shows("C-2026-000042");
    page.shows("Next we pack it");
    page.shows("data-test=\"cancel-order\"");
    let page = member.get(&here("")).await.expect(200);
    page.hides("Thank you for your order");
}

#[tokio::test]
async fn nobody_is_thanked_for_an_order_that_is_not_paid() {
    for status in ["pending", "payment_failed", "cancelled"] {
        let events = [("placed", "customer"), (status, "system")];
        let (_front, mut member) = with_order(detail(status, &events, &[])).await;
        let page = member.get(&here("?placed=1")).await.expect(200);
        page.hides("Thank you for your order");
        page.hides("data-test=\"cancel-order\"");
    }
}

#[tokio::test]
async fn the_line_of_an_order_that_ended_early_ends_there() {
    let events = [PAID[0], PAID[1], ("cancelled", "customer")];
    let (_front, mut member) = with_order(detail("cancelled", &events, &[])).await;
    let page = member.get(&here("")).await.expect(200);
    page.shows("You have cancelled it");
    page.hides("class=\"to-come\"");
    assert_eq!(page.html.matches("class=\"past\"").count(), 2);

    let events = [PAID[0], PAID[1], ("cancelled", "system")];
    let (_front, mut member) = with_order(detail("cancelled", &events, &[])).await;
    let page = member.get(&here("")).await.expect(200);
    page.shows("We could not keep the goods for you");

    let events = [("placed", "customer"), ("payment_failed", "system")];
    let (_front, mut member) = with_order(detail("payment_failed", &events, &[])).await;
    let page = member.get(&here("")).await.expect(200);
    page.shows("nothing was charged");
    page.hides("class=\"to-come\"");
}

#[tokio::test]
async fn a_pending_order_asks_again_by_itself_and_by_a_link() {
    let pending = detail("pending", &PAID[..1], &[]);
    let (front, mut member) = with_order(pending).await;
    let page = member.get(&here("?placed=1")).await.expect(200);
    page.shows("Your bank has not answered yet");
    page.shows("hx-trigger=\"every 2s\"");
    page.shows(&format!("hx-get=\"{}\"", here("/status?placed=1")));
    page.shows(&format!("href=\"{}\"", here("?placed=1")));
    // Nothing is exchanged as long as nothing has changed.
    let mut htmx = member.clone().with("HX-Request", "true");
    let part = htmx.get(&here("/status?placed=1")).await.expect(204);
    assert_eq!(part.html, "");
    assert_eq!(front.count("GET", &format!("/api/orders/{ORDER}")).await, 2);
    // For people, the part is no page.
    member.get(&here("/status")).await.expect_to(&here(""));

    let (_front, member) = with_order(detail("confirmed", &PAID, &[])).await;
    let mut htmx = member.with("HX-Request", "true");
    let part = htmx.get(&here("/status?placed=1")).await.expect(200);
    part.shows("the order is paid");
    part.shows("data-test=\"cancel-order\"");
    part.hides("every 2s");
    part.hides("<html");

    // While the order service is away, the page stays as it is.
    let front = Front::open().await;
    let member = front.member("Ada", &["customer"]).await;
    let mut htmx = member.with("HX-Request", "true");
    htmx.get(&here("/status")).await.expect(204);
}

#[tokio::test]
async fn an_order_is_cancelled_as_long_as_that_can_be() {
    let at = format!("/api/orders/{ORDER}/cancel");
    let (front, mut member) = with_order(detail("confirmed", &PAID, &[])).await;
    front.answer("POST", &at, 200, order("cancelled")).await;
    member.get(&here("")).await.expect(200);
    member
        .send(&here("/cancel"), &[])
        .await
        .expect_to(&here(""));
    member
        .get(&here(""))
        .await
        .expect(200)
        .shows("The order is cancelled.");
    let sent = front.last("POST", &at).await;
    assert_eq!(sent.headers["authorization"], "Bearer token-of-Ada");

    let (front, mut member) = with_order(detail("packed", &PAID, &[])).await;
    front.refuse("POST", &at, 409, "not-cancellable").await;
    member.get(&here("")).await.expect(200);
    member
        .send(&here("/cancel"), &[])
        .await
        .expect_to(&here(""));
    member
        .get(&here(""))
        .await
        .expect(200)
        .shows("cannot be cancelled any more");
}

#[tokio::test]
async fn returns_have_a_line_of_their_own() {
    let mut refused = a_return("refused", 1);
    refused["refusal"] = json!("It was <script> eaten");
    let events = [
        PAID[0],
        PAID[1],
        ("return_requested", "customer"),
        ("return_approved", "staff"),
    ];
    let returns = [a_return("approved", 1)];
    let (_front, mut member) = with_order(detail("delivered", &events, &returns)).await;
    let page = member.get(&here("")).await.expect(200);
    page.shows("Return of 25 November 2026");
    page.shows("Too &lt;script&gt; much");
    page.shows("Agreed");
    page.shows("To be refunded");
    page.shows(&here("/return"));
    // Delivered; then of the return: received and refunded are to come.
    assert_eq!(page.html.matches("class=\"to-come\"").count(), 2);
    assert_eq!(page.html.matches("24 November 2026 at 11:05").count(), 2);

    let (_front, mut member) = with_order(detail("delivered", &PAID, &[refused])).await;
    let page = member.get(&here("")).await.expect(200);
    page.shows("It was &lt;script&gt; eaten");
    page.hides("To be refunded");
    page.hides("<script>");
}

#[tokio::test]
async fn what_is_left_of_a_delivered_order_can_be_sent_back() {
    let returns = [a_return("approved", 1), a_return("refused", 1)];
    let (front, mut member) = with_order(detail("delivered", &PAID, &returns)).await;
    let at = format!("/api/orders/{ORDER}/returns");
    front
        .answer("POST", &at, 201, a_return("requested", 1))
        .await;
    let page = member.get(&here("/return")).await.expect(200);
    page.shows("You can send back one, for €6.50");
    page.shows("You can send back one, for €3.50");
    page.shows(&format!("name=\"quantity[{BRIE}]\""));
    page.hides("<script>");

    let (brie, bread) = (format!("quantity[{BRIE}]"), format!("quantity[{BREAD}]"));
    let fields = [
        (brie.as_str(), "1"),
        (bread.as_str(), "0"),
        ("reason", " Too much\r\nfor us "),
    ];
    member
        .send(&here("/return"), &fields)
        .await
        .expect_to(&here(""));
    let sent: Value = front.last("POST", &at).await.body_json().unwrap();
    let lines = json!([{ "product_id": BRIE, "quantity": 1 }]);
    assert_eq!(sent, json!({ "lines": lines, "reason": "Too much for us" }));
    member
        .get(&here(""))
        .await
        .expect(200)
        .shows("We have your request");
}

#[tokio::test]
async fn a_return_that_cannot_be_is_refused_before_it_is_sent() {
    let (front, mut member) = with_order(detail("delivered", &PAID, &[])).await;
    member.get(&here("/return")).await.expect(200);
    let brie = format!("quantity[{BRIE}]");
    let long = "x".repeat(501);
    for (quantity, reason, says) in [
        ("0", "why", "Say how many come back"),
        ("", "why", "Say how many come back"),
        ("some", "why", "as a whole number"),
        ("-1", "why", "as a whole number"),
        ("1", "  ", "Write a reason"),
        ("1", long.as_str(), "Write a reason"),
        ("0", "<script>", "&lt;script&gt;"),
    ] {
        let fields = [(brie.as_str(), quantity), ("reason", reason)];
        let page = member.send(&here("/return"), &fields).await.expect(422);
        page.shows(says);
        page.shows(&format!("value=\"{quantity}\""));
        page.hides("<script>");
    }
    let at = format!("/api/orders/{ORDER}/returns");
    assert_eq!(front.count("POST", &at).await, 0);
}

#[tokio::test]
async fn what_the_order_service_refuses_to_take_back_is_said() {
    let at = format!("/api/orders/{ORDER}/returns");
    let brie = format!("quantity[{BRIE}]");
    let fields = [(brie.as_str(), "2"), ("reason", "why")];

    let (front, mut member) = with_order(detail("delivered", &PAID, &[])).await;
    front
        .refuse("POST", &at, 409, "return-exceeds-purchase")
        .await;
    member.get(&here("/return")).await.expect(200);
    let page = member.send(&here("/return"), &fields).await.expect(422);
    page.shows("more than is left to send back");
    page.shows(">why</textarea>");

    let (front, mut member) = with_order(detail("delivered", &PAID, &[])).await;
    front.refuse("POST", &at, 409, "not-returnable").await;
    member.get(&here("/return")).await.expect(200);
    member
        .send(&here("/return"), &fields)
        .await
        .expect_to(&here(""));
    member
        .get(&here(""))
        .await
        .expect(200)
        .shows("There is nothing to send back");
}

#[tokio::test]
async fn an_order_that_is_not_delivered_or_is_all_back_cannot_be_sent_back() {
    let mut all = a_return("requested", 2);
    all["lines"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "product_id": BREAD, "name": "Bread", "quantity": 1 }));
    for detail in [
        detail("shipped", &PAID, &[]),
        detail("delivered", &PAID, &[all]),
    ] {
        let (_front, mut member) = with_order(detail).await;
        member.get(&here("/return")).await.expect_to(&here(""));
        let page = member.get(&here("")).await.expect(200);
        page.shows("There is nothing to send back");
        page.hides(&here("/return"));
    }
}
