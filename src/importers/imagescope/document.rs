//! A file from its first layer to its last.

use super::ROOT;
use super::holes::punched;
use super::regions::{Region, region};
use crate::domain::SkipReason;
use crate::importers::one_reading::{OneReading, UNCLASSIFIED, image_of, plain};
use crate::importers::xml::{Node, Tag, XmlReader};
use crate::importers::{Context, ImportError, Limits, Sink, UploadFile};

/// Reads one file.
pub(super) fn read(
    file: &UploadFile,
    limits: &Limits,
    context: &Context,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let mut xml = XmlReader::open(file, limits)?;
    let root = xml.root(ROOT)?;
    let image = image_of(file, &[".xml"]);
    let mut reading = OneReading::new(file, image, None, context)?;
    if let Some(mm) = spacing_mm(&root) {
        reading.item.spacing_mm = Some([0.0, mm, mm]);
    }
    let mut slide = Slide {
        reading,
        sink,
        n_layers: 0,
        n_regions: 0,
    };
    while let Some(tag) = xml.next_child()? {
        if tag.name == "Annotation" {
            slide.layer(&tag, &mut xml)?;
        } else {
            xml.skip_subtree()?;
        }
    }
    xml.finish()?;
    slide.reading.finish(slide.sink, context, slide.n_regions)
}

/// Side of a pixel; 0 stands for unknown.
fn spacing_mm(root: &Tag) -> Option<f64> {
    let um: f64 = root.get("MicronsPerPixel")?.trim().parse().ok()?;
    (um.is_finite() && um > 0.0).then_some(um / 1000.0)
}

struct Slide<'a> {
    reading: OneReading<'a>,
    sink: &'a mut dyn Sink,
    n_layers: usize,
    n_regions: usize,
}

impl Slide<'_> {
    fn layer(&mut self, layer: &Tag, xml: &mut XmlReader) -> Result<(), ImportError> {
        let at = self.n_layers;
        self.n_layers += 1;
        let mut regions: Vec<Region> = Vec::new();
        let mut n_of_layer = 0;
        while let Some(list) = xml.next_child()? {
            if list.name != "Regions" {
                xml.skip_subtree()?;
                continue;
            }
            while let Some(tag) = xml.next_child()? {
                if tag.name != "Region" {
                    xml.skip_subtree()?;
                    continue;
                }
                let record = format!("Annotation[{at}]/Region[{n_of_layer}]");
                n_of_layer += 1;
                self.n_regions += 1;
                let node: Node = xml.subtree(tag)?;
                match region(&node, record) {
                    Ok(region) => regions.push(region),
                    Err((record, reason, detail)) => self.skip(reason, &record, &detail)?,
                }
            }
        }
        let label = self.label_of(layer);
        let (kept, left) = punched(regions);
        for region in kept {
            let mut annotation = plain(region.record, &label, region.shape);
            annotation.invalid = region.invalid;
            self.reading.keep(self.sink, annotation)?;
        }
        for (record, detail) in left {
            self.skip(SkipReason::Unsupported, &record, detail)?;
        }
        Ok(())
    }

    /// The layer's name, else what the options say, else its colour.
    fn label_of(&self, layer: &Tag) -> String {
        let name = layer.get("Name").map(str::trim);
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            return name.to_owned();
        }
        if let Some(stated) = &self.reading.placement.label {
            return stated.clone();
        }
        let colour = layer
            .get("LineColor")
            .and_then(|text| text.trim().parse::<i64>().ok());
        match colour {
            // Blue, green, red from the highest byte to the lowest.
            Some(bgr) => format!(
                "#{:02x}{:02x}{:02x}",
                bgr & 0xff,
                (bgr >> 8) & 0xff,
                (bgr >> 16) & 0xff
            ),
            None => UNCLASSIFIED.to_owned(),
        }
    }

    fn skip(&mut self, reason: SkipReason, record: &str, detail: &str) -> Result<(), ImportError> {
        self.reading.skip(self.sink, reason, record, detail)
    }
}
