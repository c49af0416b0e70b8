//! The language that a visitor chooses.

use actix_web::HttpResponse;
use language::Language;
use serde::Deserialize;

use crate::{
    form::{Form, local_path},
    frame::go,
    visit::Visit,
};

#[derive(Deserialize)]
pub(super) struct Choice {
    lang: Language,
    to: String,
}

pub(super) async fn choose(visit: Visit, form: Form<Choice>) -> HttpResponse {
    let Form(choice) = form;
    visit.memory_mut().language = Some(choice.lang);
    go(local_path(&choice.to))
}
