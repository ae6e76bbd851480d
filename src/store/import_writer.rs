use super::database::database;
use super::import_rows::{AnnotationRows, ReadingRow, append_readings, append_skips};
use super::imports::{ImportIdentity, ImportRecord, insert};
use super::item_merge::PendingItems;
use super::packed::Packed;
use super::projects::reserve_ids;
use super::query::{Params, query};
use super::reading_names::{PackedKey, ReadingNames};
use super::{ImportId, ItemId, ProjectId, ReadingId, StoreError};
use crate::domain::{Annotation, Item, Reading, ReadingKey, Skip, Stage};
use duckdb::Connection;
use jiff::civil::Date;
use std::collections::HashMap;
use std::sync::{Arc, MutexGuard};

/// One import on its way into the database. Dropping it uncommitted undoes everything.
///
/// Items and readings wait in memory, packed, until the commit, since later news fill them in; annotations go
/// into the database as they come.
pub struct ImportWriter<'a> {
    conn: MutexGuard<'a, Connection>,
    committed: bool,
    id: ImportId,
    project: ProjectId,
    identity: ImportIdentity,
    names: ReadingNames,
    items: PendingItems,
    readings: HashMap<PackedKey, PendingReading>,
    first_reading_id: ReadingId,
    annotations: AnnotationRows,
    skips: Vec<Skip>,
    n_skipped: i64,
}

/// What an import left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommittedImport {
    pub record: ImportRecord,
    /// Items that now wait for scoring.
    pub n_touched_items: usize,
}

struct PendingReading {
    id: ReadingId,
    /// The reading without its key, whose names are in `PackedKey`, and without the texts that many readings share.
    reading: Packed<Reading>,
    source_file: u32,
    source_convention: u32,
    local_day: Option<Date>,
    n_annotations: i64,
}

impl PendingReading {
    /// The reading without its names.
    fn unpack(&self, names: &ReadingNames) -> Result<Reading, StoreError> {
        let mut reading = self.reading.unpack()?;
        reading.source_file = names.name(self.source_file).to_string();
        reading.source_convention = names.name(self.source_convention).to_string();
        Ok(reading)
    }
}

fn nameless(stage: Stage) -> ReadingKey {
    ReadingKey {
        item: String::new(),
        rater: String::new(),
        stage,
        session: String::new(),
        layer: String::new(),
    }
}

/// Readings are written this many at a time.
const READINGS_AT_ONCE: usize = 8_192;
/// Skips are written this many at a time.
const SKIPS_PER_BATCH: usize = 10_000;

impl<'a> ImportWriter<'a> {
    pub(super) fn begin(
        conn: MutexGuard<'a, Connection>,
        project: ProjectId,
        identity: ImportIdentity,
    ) -> Result<Self, StoreError> {
        conn.execute_batch("BEGIN TRANSACTION")
            .map_err(|source| database("begin", source))?;
        let mut writer = Self {
            conn,
            committed: false,
            id: 0,
            project,
            identity,
            names: ReadingNames::default(),
            items: PendingItems::default(),
            readings: HashMap::new(),
            first_reading_id: 0,
            annotations: AnnotationRows::default(),
            skips: Vec::new(),
            n_skipped: 0,
        };
        // From here on a failure drops the writer, which rolls back.
        writer.id = reserve_ids(&writer.conn, "import", 1)?;
        writer.first_reading_id = reserve_ids(&writer.conn, "reading", 0)?;
        writer
            .annotations
            .start_at(reserve_ids(&writer.conn, "annotation", 0)?);
        Ok(writer)
    }

    /// Takes what is known about an item; said again, it fills in what was unknown.
    ///
    /// # Errors
    /// `Encode`.
    pub fn item(&mut self, item: &Item) -> Result<(), StoreError> {
        self.items.learn(self.names.shared(&item.key), item)
    }

    /// Takes a reading; said again, it fills in what was unknown. `local_day` is the day of `finished_at_us`
    /// in the project's time zone. The item need not have been announced.
    ///
    /// # Errors
    /// `Misuse` past 4 billion names, `Encode`.
    pub fn reading(
        &mut self,
        reading: &Reading,
        local_day: Option<Date>,
    ) -> Result<(), StoreError> {
        let packed = self.names.pack(&reading.key)?;
        if !self.items.contains(&reading.key.item) {
            let item = Item {
                key: reading.key.item.clone(),
                study: reading.key.item.clone(),
                ..Item::default()
            };
            self.item(&item)?;
        }
        let next_id = self.first_reading_id + self.readings.len() as i64;
        let (mut whole, id, local_day, n_annotations) = match self.readings.get(&packed) {
            Some(known) => {
                let mut whole = known.unpack(&self.names)?;
                whole.fill_from(reading);
                let local_day = known.local_day.max(local_day);
                (whole, known.id, local_day, known.n_annotations)
            }
            None => (reading.clone(), next_id, local_day, 0),
        };
        let pending = PendingReading {
            id,
            source_file: self.names.number(&std::mem::take(&mut whole.source_file))?,
            source_convention: self
                .names
                .number(&std::mem::take(&mut whole.source_convention))?,
            reading: {
                whole.key = nameless(packed.stage);
                Packed::of(&whole)?
            },
            local_day,
            n_annotations,
        };
        self.readings.insert(packed, pending);
        Ok(())
    }

    /// Takes one annotation of a reading that was announced.
    ///
    /// # Errors
    /// `Misuse` when the reading was not announced, `Encode`, `Database`.
    pub fn annotation(
        &mut self,
        key: &ReadingKey,
        annotation: &Annotation,
    ) -> Result<(), StoreError> {
        let reading = self
            .names
            .find(key)
            .and_then(|packed| self.readings.get_mut(&packed))
            .ok_or_else(|| {
                StoreError::Misuse("an annotation came before its reading".to_owned())
            })?;
        reading.n_annotations += 1;
        self.annotations.push(reading.id, annotation)?;
        if self.annotations.is_full() {
            self.annotations.flush(&self.conn)?;
        }
        Ok(())
    }

    /// Notes what was left out.
    ///
    /// # Errors
    /// `Database`.
    pub fn skip(&mut self, skip: &Skip) -> Result<(), StoreError> {
        self.skips.push(skip.clone());
        self.n_skipped += 1;
        if self.skips.len() >= SKIPS_PER_BATCH {
            self.flush_skips()?;
        }
        Ok(())
    }

    /// Makes the import visible: items are merged with what is known of them, readings replace earlier ones
    /// of the same item, rater, stage, session and layer, and every item named is marked for scoring.
    ///
    /// # Errors
    /// `Database`; nothing is kept then.
    pub fn commit(mut self, report_json: &str) -> Result<CommittedImport, StoreError> {
        self.annotations.flush(&self.conn)?;
        reserve_ids(&self.conn, "annotation", self.annotations.n_pushed())?;
        reserve_ids(&self.conn, "reading", self.readings.len())?;
        self.flush_skips()?;

        let items = std::mem::take(&mut self.items);
        let n_touched_items = items.len();
        let item_ids = items.store(&self.conn, self.project, self.id)?;
        let n_readings = self.store_readings(&item_ids)?;
        drop(item_ids);
        query!("imports/supersede_readings.sql").execute(
            &self.conn,
            &Params::new()
                .with("project", self.project)
                .with("import", self.id),
        )?;

        let record = ImportRecord {
            id: self.id,
            project: self.project,
            identity: self.identity.clone(),
            report_json: report_json.to_owned(),
            n_items: n_touched_items as i64,
            n_readings: n_readings as i64,
            n_annotations: self.annotations.n_pushed() as i64,
            n_skipped: self.n_skipped,
        };
        insert(&self.conn, &record)?;
        self.conn
            .execute_batch("COMMIT")
            .map_err(|source| database("commit", source))?;
        self.committed = true;
        Ok(CommittedImport {
            record,
            n_touched_items,
        })
    }

    /// Appends all readings in the order of their ids, and says how many there were.
    fn store_readings(
        &mut self,
        item_ids: &HashMap<Arc<str>, ItemId>,
    ) -> Result<usize, StoreError> {
        let mut readings: Vec<(PackedKey, PendingReading)> =
            std::mem::take(&mut self.readings).into_iter().collect();
        readings.sort_unstable_by_key(|(_, pending)| pending.id);
        for readings in readings.chunks(READINGS_AT_ONCE) {
            let mut rows = Vec::with_capacity(readings.len());
            for (packed, pending) in readings {
                let item_id = item_ids
                    .get(&self.names.name(packed.item))
                    .ok_or_else(|| StoreError::Misuse("a reading has no item".to_owned()))?;
                rows.push(ReadingRow {
                    id: pending.id,
                    item_id: *item_id,
                    rater: self.names.name(packed.rater),
                    session: self.names.name(packed.session),
                    layer: self.names.name(packed.layer),
                    reading: pending.unpack(&self.names)?,
                    local_day: pending.local_day,
                    n_annotations: pending.n_annotations,
                });
            }
            append_readings(&self.conn, self.project, self.id, &rows)?;
        }
        Ok(readings.len())
    }

    fn flush_skips(&mut self) -> Result<(), StoreError> {
        let first_no = self.n_skipped - self.skips.len() as i64 + 1;
        append_skips(&self.conn, self.id, first_no, &self.skips)?;
        self.skips.clear();
        Ok(())
    }
}

impl Drop for ImportWriter<'_> {
    fn drop(&mut self) {
        if !self.committed {
            // A transaction that the database has already given up needs no rollback, and says so.
            let _ = self.conn.execute_batch("ROLLBACK");
        }
    }
}
