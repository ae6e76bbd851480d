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
    /// the item's key, else the key with a number. An item that is met again keeps its name.
    pub fn name(&mut self, item: &Item) -> String {
        self.name_as(item, str::to_owned)
    }

    /// As `name`, for names that have to be spelled in some way, such as those of files.
    pub fn name_as(&mut self, item: &Item, spell: impl Fn(&str) -> String) -> String {
        let numbered = (2_u64..).map(|number| format!("{} ({number})", item.key));
        let wanted = item.image_name.iter().chain([&item.key]).cloned();
        for name in wanted.chain(numbered).map(|name| spell(&name)) {
            match self.names.get(&name) {
                Some(owner) if *owner == item.key => return name,
                Some(_) => {}
                None => {
                    self.names.insert(name.clone(), item.key.clone());
                    self.rows.push([
                        name.clone(),
                        item.key.clone(),
                        item.study.clone(),
                        item.site.clone().unwrap_or_default(),
                        item.modality.clone().unwrap_or_default(),
                        spacing(item),
                    ]);
                    return name;
                }
            }
        }
        spell(&item.key)
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

#[cfg(test)]
mod tests {
    use super::Sidecar;
    use crate::domain::Item;

    #[test]
    fn no_two_items_share_the_name_of_an_image() {
        let item = |key: &str, image: Option<&str>| Item {
            key: key.to_owned(),
            image_name: image.map(str::to_owned),
            ..Item::default()
        };
        let mut sidecar = Sidecar::default();
        let first = item("1", Some("slice.png"));
        assert_eq!(sidecar.name(&first), "slice.png");
        assert_eq!(sidecar.name(&item("2", Some("slice.png"))), "2");
        assert_eq!(sidecar.name(&item("3", Some("4"))), "4");
        assert_eq!(sidecar.name(&item("4", None)), "4 (2)");
        assert_eq!(sidecar.name(&first), "slice.png");
        assert_eq!(sidecar.rows.len(), 4);
    }
}
