//! YOLO label files: one text file an image, one line an object, with a description of the classes beside them.
//!
//! Specification: <https://docs.ultralytics.com/datasets/>; older: <https://github.com/AlexeyAB/darknet>. Nine columns
//! are a turned box or an outline of four corners: the format itself does not say, so the data set or the user must.

mod classify;
mod dataset;
mod images;
mod lines;
mod read;
mod yaml;

use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};
use dataset::{folder, is_list_of_names, is_yaml};
use std::collections::HashSet;

const FORMAT: Format = Format {
    key: "yolo",
    title: "YOLO text",
    detected_by: "text files (`.txt`) in which every line is the number of a class and four or more shares of the image from 0 to 1; surer with a `data.yaml`, `obj.names` or `classes.txt`; without text files, images of two or more classes as `train/CLASS/IMAGE` (val, valid, test likewise), unsure where they are PNG",
    maps: "boxes, turned boxes (four corners that form no rectangle stay an outline), outlines, keypoints; the task from the sidecar's `task` column, `task` or `kpt_shape` of data.yaml, words of the path (detect, segment, pose, obb), or line lengths where they decide; the class of images in folders; class names; image sizes from the images beside, else the sidecar's `width_px` and `height_px`; an empty file is reviewed and empty, a missing one unknown",
    ignores: "everything of data.yaml but `names`, `nc`, `task`, `kpt_shape`; of YAML only plain lists and maps of names are read; images turned by their Exif orientation need a stated size",
    rater: "none in the format: from the options; lines with a confidence are a model's, named `model` unless the options name it",
    convention: "shares of the image's width and height",
};

/// The importer for YOLO label files.
pub(super) struct Yolo;

/// The one instance.
pub static IMPORTER: Yolo = Yolo;

impl Importer for Yolo {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let sorted = Sorted::of(upload);
        if sorted.labels.is_empty() {
            if let Some(files) = classify::images(upload) {
                let confidence = classify::confidence(upload, &files);
                return Detection::Accepts { confidence, files };
            }
            return Detection::rejects(
                "no text file in which every line is the number of a class and four or more shares from 0 to 1, and no images in folders of their classes below train, val or test",
            );
        }
        let is_described = sorted.yamls.len() + sorted.names.len() > 0;
        let mut files = sorted.labels;
        files.extend(sorted.yamls);
        files.extend(sorted.names);
        files.extend(sorted.lists);
        files.sort_unstable();
        Detection::Accepts {
            confidence: if is_described { 0.9 } else { 0.6 },
            files,
        }
    }

    fn read(
        &self,
        upload: &Upload,
        _files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let sorted = Sorted::of(upload);
        if sorted.labels.is_empty()
            && let Some(images) = classify::images(upload)
        {
            return classify::read(upload, &images, context, sink);
        }
        read::read(upload, &sorted, context, sink)
    }
}

/// The files of an upload by what they are.
#[derive(Default)]
struct Sorted {
    labels: Vec<usize>,
    yamls: Vec<usize>,
    names: Vec<usize>,
    /// Lists of images (`train.txt`) and `obj.data`: they say nothing that is not known.
    lists: Vec<usize>,
}

impl Sorted {
    fn of(upload: &Upload) -> Self {
        let mut sorted = Self::default();
        let mut loose = Vec::new();
        let mut empty = Vec::new();
        let mut stems = HashSet::new();
        for (index, file) in upload.files().iter().enumerate() {
            if is_yaml(file) {
                sorted.yamls.push(index);
            } else if is_list_of_names(file) {
                sorted.names.push(index);
            } else if file.name().ends_with(".data") && file.head_text().contains("names") {
                sorted.lists.push(index);
            } else if super::image_size::is_image(file) {
                stems.insert(images::stem(file.path()));
            } else if let Some(base) = file.name().strip_suffix(".txt") {
                match Look::at(file) {
                    Look::Labels => sorted.labels.push(index),
                    Look::Begins => loose.push(index),
                    Look::Empty if !base.is_empty() => empty.push(index),
                    Look::Images => sorted.lists.push(index),
                    Look::Empty | Look::Other => {}
                }
            }
        }
        // Broken lines and empty files count where the rest shows that this is a YOLO upload.
        if sorted.labels.is_empty() && sorted.yamls.len() + sorted.names.len() == 0 {
            return Self::default();
        }
        let folders: HashSet<&str> = sorted
            .labels
            .iter()
            .map(|&index| folder(upload.files()[index].path()))
            .collect();
        empty.retain(|&index| {
            let path = upload.files()[index].path();
            folders.contains(folder(path))
                || stems.contains(images::stem(path))
                || folder(path).split('/').any(|part| part == "labels")
        });
        sorted.labels.extend(loose);
        sorted.labels.extend(empty);
        sorted.labels.sort_unstable();
        sorted
    }
}

/// What the beginning of a text file looks like.
#[derive(PartialEq)]
enum Look {
    /// Every line can be a label.
    Labels,
    /// The first line can be a label, and some other cannot.
    Begins,
    Empty,
    /// Paths of images.
    Images,
    Other,
}

impl Look {
    fn at(file: &UploadFile) -> Self {
        let whole = file.head().len() as u64 == file.size_bytes();
        let text = file.head_text();
        if text.trim().is_empty() {
            return if whole { Self::Empty } else { Self::Other };
        }
        let mut lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        if !whole && lines.len() > 1 {
            lines.pop();
        }
        let fits = |line: &&str| {
            lines::numbers(line).is_ok_and(|(_, shares)| lines::is_plausible(&shares))
        };
        let is_path =
            |line: &&str| super::item_key_of(line.trim()) != super::context::base_name(line.trim());
        match lines.iter().position(|line| !fits(line)) {
            None => Self::Labels,
            Some(0) if lines.iter().all(is_path) => Self::Images,
            Some(0) => Self::Other,
            Some(_) => Self::Begins,
        }
    }
}
