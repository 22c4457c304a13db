//! What operators prove beside their passwords: columns `totp_secret` and `totp_step` of table `operators`.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::operators::ports::SecondFactors;
use sixin_application::ports::StoreResult;
use sixin_domain::id::OperatorId;
use sixin_domain::operator::second_factor::FactorSecret;

use crate::database::Database;
use crate::schema::operators;

#[async_trait]
impl SecondFactors for Database {
    async fn of(&self, operator: OperatorId) -> StoreResult<Option<FactorSecret>> {
        self.read(move |conn| {
            let row = operators::table.find(operator.0).select(operators::totp_secret);
            let text: Option<Option<String>> = row.first(conn).optional()?;
            // One that can't be read is an error: a broken secret must not be none.
            let unreadable = |error| diesel::result::Error::DeserializationError(Box::new(error));
            text.flatten().map(|text| FactorSecret::parse(&text).map_err(unreadable)).transpose()
        })
        .await
    }

    async fn set(&self, operator: OperatorId, factor: Option<(FactorSecret, i64)>) -> StoreResult<()> {
        let (secret, step) = factor.map_or((None, 0), |(secret, step)| (Some(secret.text()), step));
        self.write(move |conn| {
            diesel::update(operators::table.find(operator.0))
                .set((operators::totp_secret.eq(&secret), operators::totp_step.eq(step)))
                .execute(conn)
                .map(drop)
        })
        .await
    }

    async fn take_step(&self, operator: OperatorId, step: i64) -> StoreResult<bool> {
        self.write(move |conn| {
            let row = operators::table.find(operator.0).filter(operators::totp_step.lt(step));
            Ok(diesel::update(row).set(operators::totp_step.eq(step)).execute(conn)? > 0)
        })
        .await
    }
}
