#![no_main]

concord_fuzz::target!("concord_parquet", "export.parquet");
