//! What a client is told about a body that cannot be read.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use actix_web::{App, HttpResponse, http::StatusCode, post, test, web};
use problem::{Details, Valid};
use serde::Deserialize;

#[derive(Debug, Deserialize, garde::Validate)]
#[serde(deny_unknown_fields)]
struct Card {
    #[garde(length(min = 12, max = 19))]
    number: String,
    #[garde(range(min = 1, max = 12))]
    month: u8,
}

#[post("/cards")]
async fn card(card: Valid<Card>) -> HttpResponse {
    HttpResponse::Ok().body(format!("{}", card.month))
}

async fn send(body: &str) -> (StatusCode, String) {
    let app = App::new()
        .app_data(problem::json_config())
        .app_data(problem::path_config())
        .app_data(problem::query_config())
        .default_service(web::to(HttpResponse::NotFound))
        .service(card);
    let app = test::init_service(app).await;
    let request = test::TestRequest::post()
        .uri("/cards")
        .insert_header(("content-type", "application/json"))
        .set_payload(body.to_owned())
        .to_request();
    let response = test::call_service(&app, request).await;
    let status = response.status();
    let body = test::read_body(response).await;
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[actix_web::test]
async fn a_good_body_passes() {
    let (status, _) = send(r#"{"number":"4242424242424242","month":12}"#).await;
    assert_eq!(status, 200);
}

#[actix_web::test]
async fn the_fault_is_named_and_the_value_is_not_repeated() {
    let bodies = [
        r#"{"number":4242424242424242,"month":12}"#,
        r#"{"number":"4242424242424242","month":"4242424242424242"}"#,
        r#"{"number":"4242424242424242 4242424242424242","month":1}"#,
        r#"{"number":"4242424242424242","month":1,"4242424242424242":1}"#,
        r#"{"number":"4242424242424242"#,
        r#"["4242424242424242"]"#,
    ];
    for sent in bodies {
        let (status, body) = send(sent).await;
        assert!(status.is_client_error(), "{sent}: {status}");
        assert!(!body.contains("4242424242424242"), "{sent}: {body}");
        let problem: Details = serde_json::from_str(&body).unwrap();
        assert_eq!(problem.status, status.as_u16());
    }
}

#[actix_web::test]
async fn all_bad_fields_come_back_at_once() {
    let (status, body) = send(r#"{"number":"1","month":13}"#).await;
    assert_eq!(status, 422);
    let problem: Details = serde_json::from_str(&body).unwrap();
    let fields: Vec<_> = problem.errors.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(fields, ["month", "number"]);
}

#[actix_web::test]
async fn a_missing_field_is_named() {
    let (status, body) = send(r#"{"month":1}"#).await;
    assert_eq!(status, 400);
    assert!(body.contains("missing field `number`"), "{body}");
}

#[actix_web::test]
async fn a_body_that_is_too_large_is_not_read() {
    let (status, _) = send(&format!(r#"{{"number":"{}"}}"#, "4".repeat(70_000))).await;
    assert_eq!(status, 413);
}
