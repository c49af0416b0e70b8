// ruleid: internal-route-without-peer
#[put("/internal/restocks/{id}")]
pub(super) async fn restock(db: web::Data<PgPool>, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let peer: Peer = nobody();
}

// ok: internal-route-without-peer
#[put("/internal/reservations/{id}")]
pub(super) async fn reserve(
    peer: Peer,
    db: web::Data<PgPool>,
) -> Result<HttpResponse, Problem> {
    peer.require(Scope::Stock)?;
}

// ruleid: staff-route-without-staff
#[post("/api/orders/admin/{id}/ship")]
pub(crate) async fn ship(caller: Caller, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {}

// ok: staff-route-without-staff
#[post("/api/orders/admin/{id}/pack")]
pub(crate) async fn pack(Staff(by): Staff, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {}

// ruleid: own-data-without-caller
#[get("/api/orders/{id}")]
pub(crate) async fn show(state: web::Data<State>, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {}

// ok: own-data-without-caller
#[get("/api/orders")]
pub(crate) async fn list(caller: Caller, state: web::Data<State>) -> Result<HttpResponse, Problem> {}

// ok: own-data-without-caller
// ok: internal-route-without-peer
#[get("/api/catalog/products")]
pub(crate) async fn products(db: web::Data<PgPool>) -> Result<HttpResponse, Problem> {}
