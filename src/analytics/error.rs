//! Why a figure could not be worked out.

use crate::agreement::AgreementError;
use crate::statistics::StatisticsError;
use crate::store::StoreError;

/// A figure that could not be worked out; undefined figures are no errors.
#[derive(Debug, thiserror::Error)]
pub enum AnalyticsError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Statistics(#[from] StatisticsError),
    #[error(transparent)]
    Agreement(#[from] AgreementError),
}
