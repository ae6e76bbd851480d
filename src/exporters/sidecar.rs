//! The table beside an export that holds what its format cannot say about items.

use super::ExportError;
use super::spool::{close, create};
use crate::domain::Item;
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

/// Its name inside the export.
pub(super) const SIDECAR: &str = "sidecar.csv";

/// Names of images in the export, each for one item only, and what is known of the items.
#[derive(Default)]
pub(super) struct Sidecar {
    names: HashMap<String, String>,
    rows: Vec<[String; 6]>,
}

impl Sidecar {
    /// The name under which an item's image stands in the export: its file's, where no other item has that one, else
    /// the item's key. An item that is met again keeps its name.
    pub fn name(&mut self, item: &Item) -> String {
        let wanted = item.image_name.as_deref().unwrap_or(&item.key);
        let name = match self.names.get(wanted) {
            Some(owner) if *owner != item.key => &item.key,
            _ => wanted,
        };
        if !self.names.contains_key(name) {
            self.names.insert(name.to_owned(), item.key.clone());
            self.rows.push([
                name.to_owned(),
                item.key.clone(),
                item.study.clone(),
                item.site.clone().unwrap_or_default(),
                item.modality.clone().unwrap_or_default(),
                spacing(item),
            ]);
        }
        name.to_owned()
    }

    /// Writes the table.
    pub fn write(self, folder: &Path) -> Result<(), ExportError> {
        let mut out = create(folder, SIDECAR)?;
        let mut write = || -> std::io::Result<()> {
            writeln!(out, "file,item,study,site,modality,spacing_mm")?;
            for row in &self.rows {
                let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
                writeln!(out, "{}", cells.join(","))?;
            }
            Ok(())
        };
        write().map_err(|source| ExportError::io(SIDECAR, source))?;
        close(SIDECAR, out)
    }
}

fn spacing(item: &Item) -> String {
    match item.spacing_mm {
        Some([z, y, x]) if z > 0.0 => format!("{z},{y},{x}"),
        Some([_, y, x]) => format!("{y},{x}"),
        None => String::new(),
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
