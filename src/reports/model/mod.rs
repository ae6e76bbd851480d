//! What a report says, as plain data: the pipeline fills it, the renderings only print it.

mod agenda;
mod calibration;
mod cards;
mod figure;
mod matrices;

pub use agenda::{AgendaCase, Decision, Measure, PairScores};
pub use calibration::{
    CalibrationReport, Cell, DataTable, Finding, ImportCaveat, MethodNote, Period, ProtocolStamp,
    Severity, SkippedCount,
};
pub use cards::{
    AgreementRow, AnnotatorRow, Change, KindRate, StageCard, Throughput, ThroughputPoint, WeekRate,
};
pub use figure::{Figure, Unit};
pub use matrices::{Confusion, ConfusionMatrix, Distribution, HeatCell, Heatmap};
