//! What is asked once is done once: every operation, its movement of money and its answer are written in
//! one transaction, under the key that it was asked with.

use money::Currency;
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    card::Brand,
    sandbox::{
        cards::Behaviour,
        store::{self, Charge},
    },
};

/// What is asked. In JSON it is also what a later request with the same key is compared with, so nothing
/// of a card number may be in it.
#[derive(Debug, Serialize)]
#[serde(tag = "operation", rename_all = "snake_case")]
pub(crate) enum Operation {
    Tokenise {
        brand: Brand,
        last4: String,
        behaviour: Behaviour,
    },
    Authorise {
        token: String,
        reference: String,
        amount: i64,
        currency: Currency,
    },
    Capture {
        charge: String,
        amount: i64,
    },
    Void {
        reference: String,
    },
    Refund {
        charge: String,
        amount: i64,
    },
}

/// What is answered, now and whenever the same is asked again.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// An operation that has an answer.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) answer: Answer,
    /// How the card behaves, if this was the first time.
    pub(crate) first: Option<Behaviour>,
}

/// Why there is no answer to store.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LedgerError {
    #[error("the idempotency key was used for something else")]
    KeyReused,
    #[error("the acquirer plays unavailable")]
    Unavailable,
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

/// How often the unavailable card is unavailable, for each key.
const UNAVAILABLE_ATTEMPTS: i32 = 2;

/// Does what is asked, or finds what was answered before.
pub(crate) async fn perform(
    db: &PgPool,
    key: &str,
    operation: &Operation,
) -> Result<Done, LedgerError> {
    let mut tx = db.begin().await?;
    // Locks the key: a twin waits here until the first has its answer.
    let attempt = store::attempt(&mut *tx, key, &json!(operation)).await?;
    if !attempt.same {
        tx.rollback().await?;
        return Err(LedgerError::KeyReused);
    }
    if let Some(answer) = attempt.answer {
        tx.commit().await?;
        return Ok(Done {
            answer,
            first: None,
        });
    }
    let behaviour = behaviour(&mut tx, operation).await?;
    if behaviour == Behaviour::Unavailable && attempt.count <= UNAVAILABLE_ATTEMPTS {
        tx.commit().await?;
        return Err(LedgerError::Unavailable);
    }
    let answer = match operation {
        Operation::Tokenise {
            brand,
            last4,
            behaviour,
        } => {
            let id = new_id("tok");
            store::insert_token(&mut *tx, &id, *brand, last4, *behaviour).await?;
            let body = json!({ "id": id, "brand": brand, "last4": last4 });
            Answer { status: 201, body }
        }
        Operation::Authorise {
            token,
            reference,
            amount,
            currency,
        } => authorise(&mut tx, token, reference, *amount, *currency).await?,
        Operation::Capture { charge, amount } => capture(&mut tx, charge, *amount).await?,
        Operation::Void { reference } => void(&mut tx, reference).await?,
        Operation::Refund { charge, amount } => refund(&mut tx, charge, *amount).await?,
    };
    if let Some((kind, charge)) = event(operation, answer.status) {
        store::announce(&mut *tx, &new_id("evt"), kind, charge).await?;
    }
    store::answer(&mut *tx, key, &answer).await?;
    tx.commit().await?;
    Ok(Done {
        answer,
        first: Some(behaviour),
    })
}

/// What the shop is told of an operation, and of which charge.
fn event(operation: &Operation, status: u16) -> Option<(&'static str, &str)> {
    match (operation, status) {
        (Operation::Authorise { reference, .. }, 201) => Some(("charge.authorized", reference)),
        (Operation::Authorise { reference, .. }, 402) => Some(("charge.declined", reference)),
        (Operation::Capture { charge, .. }, 200) => Some(("charge.captured", charge)),
        (Operation::Void { reference }, 200) => Some(("charge.voided", reference)),
        (Operation::Refund { charge, .. }, 201) => Some(("charge.refunded", charge)),
        _ => None,
    }
}

/// How the card of this operation behaves, where there is one.
async fn behaviour(db: &mut PgConnection, operation: &Operation) -> Result<Behaviour, LedgerError> {
    let found = match operation {
        // A card can always be tokenised; what it stands for begins with the first payment.
        Operation::Tokenise { .. } => None,
        Operation::Authorise { token, .. } => store::behaviour(db, token).await?,
        Operation::Capture { charge, .. } | Operation::Refund { charge, .. } => {
            store::behaviour_of_charge(db, charge).await?
        }
        Operation::Void { reference } => store::behaviour_of_reference(db, reference).await?,
    };
    Ok(found.unwrap_or(Behaviour::Approved))
}

async fn authorise(
    db: &mut PgConnection,
    token: &str,
    reference: &str,
    amount: i64,
    currency: Currency,
) -> Result<Answer, LedgerError> {
    let Some(behaviour) = store::behaviour(&mut *db, token).await? else {
        return Ok(refusal(402, "invalid_token"));
    };
    let new = store::NewCharge {
        id: new_id("ch"),
        reference,
        token,
        amount,
        currency,
        decline_code: behaviour.decline_code(),
    };
    match store::insert_charge(&mut *db, &new).await? {
        Some(charge) => match &charge.decline_code {
            Some(code) => Ok(refusal(402, code)),
            None => {
                store::enter(&mut *db, &charge.id, "authorization", amount).await?;
                Ok(of_charge(201, &charge))
            }
        },
        None => {
            let voided = store::charge_of_reference(&mut *db, reference)
                .await?
                .is_some_and(|it| it.status == "voided");
            Ok(if voided {
                refusal(402, "voided")
            } else {
                refusal(409, "duplicate_reference")
            })
        }
    }
}

async fn capture(db: &mut PgConnection, charge: &str, amount: i64) -> Result<Answer, LedgerError> {
    if let Some(charge) = store::capture(&mut *db, charge, amount).await? {
        store::enter(&mut *db, &charge.id, "capture", amount).await?;
        return Ok(of_charge(200, &charge));
    }
    let charge = store::charge(&mut *db, charge).await?;
    Ok(match charge.as_ref().map(|it| it.status.as_str()) {
        None => refusal(404, "no_such_charge"),
        Some("captured") => refusal(409, "already_captured"),
        Some("authorized") => refusal(402, "capture_exceeds_authorization"),
        Some(status) => refusal(402, status),
    })
}

async fn void(db: &mut PgConnection, reference: &str) -> Result<Answer, LedgerError> {
    store::insert_voided(&mut *db, &new_id("ch"), reference).await?;
    if let Some(charge) = store::void(&mut *db, reference).await? {
        store::enter(&mut *db, &charge.id, "void", charge.amount).await?;
    }
    let charge = store::charge_of_reference(&mut *db, reference).await?;
    if charge.is_some_and(|it| it.status == "captured") {
        return Ok(refusal(409, "already_captured"));
    }
    let body = json!({ "reference": reference, "status": "voided" });
    Ok(Answer { status: 200, body })
}

async fn refund(db: &mut PgConnection, charge: &str, amount: i64) -> Result<Answer, LedgerError> {
    if store::refund(&mut *db, charge, amount).await? {
        store::enter(&mut *db, charge, "refund", amount).await?;
        let body = json!({ "id": new_id("re"), "charge": charge, "amount": amount });
        return Ok(Answer { status: 201, body });
    }
    Ok(match store::charge(&mut *db, charge).await? {
        Some(_) => refusal(402, "refund_exceeds_capture"),
        None => refusal(404, "no_such_charge"),
    })
}

fn of_charge(status: u16, charge: &Charge) -> Answer {
    let body = json!(charge);
    Answer { status, body }
}

fn refusal(status: u16, code: &str) -> Answer {
    let body = json!({ "error": { "code": code } });
    Answer { status, body }
}

fn new_id(prefix: &str) -> String {
    format!("{prefix}_{}", Uuid::now_v7().simple())
}
