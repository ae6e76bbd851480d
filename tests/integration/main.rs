//! All integration tests, linked as one binary.

#[path = "../draw/mod.rs"]
mod draw;

mod agreement_oracles;
mod agreement_peers;
mod api;
mod bu_bil;
mod command_line;
mod consensus_oracles;
mod corpus;
mod dashboard;
mod demo;
mod frame;
mod gate;
mod hostile_input;
mod house;
mod importers_coco;
mod importers_cvat;
mod importers_dicom_seg;
mod importers_label_studio;
mod importers_lidc;
mod importers_png_mask;
mod importers_ratings_table;
mod importers_ratings_table_files;
mod importers_ratings_table_hostile;
mod importers_ratings_table_mapping;
mod ingest;
mod lidc_agreement;
mod oracle;
mod pixel_agreement;
mod scoring;
mod spans_and_tracks;
mod stored;
mod sudden_end;
