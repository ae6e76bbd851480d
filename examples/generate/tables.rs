//! CSV: the weekly findings, the severities of calibration films, and side tables for exports that lack times.

use crate::film::Film;
use crate::phantom::Phantom;
use crate::programme::{FilmReading, Rating};
use crate::world::{FILM_SPACING_MM, PHYSICIANS};
use std::fmt::Write as _;

const RATING_COLUMNS: &str =
    "item,rater,label,study,stage,role,reference,finished_at,active_s,site,modality\n";

pub fn findings(rows: &[&Rating]) -> String {
    let mut csv = RATING_COLUMNS.to_owned();
    for row in rows {
        let Rating {
            film,
            site,
            rater,
            label,
            stage,
            role,
            reference,
            at,
            active_s,
        } = row;
        let active_s = active_s
            .map(|seconds| seconds.to_string())
            .unwrap_or_default();
        let _ = writeln!(
            csv,
            "cxr-{film:04},{rater},{label},DX-{film:04},{stage},{role},{reference},{},{active_s},{site},DX",
            at.local()
        );
    }
    csv
}

pub fn severities(films: &[Vec<Film>], readings: &[FilmReading]) -> String {
    let mut csv = RATING_COLUMNS.to_owned();
    for reading in readings {
        let film = &films[reading.week][reading.film];
        let [stage, role, reference] = match PHYSICIANS.contains(&reading.rater) {
            true => ["verification", "physician", "verification"],
            false => ["annotation", "annotator", ""],
        };
        let _ = writeln!(
            csv,
            "{},{},{},{},{stage},{role},{reference},{},,{},DX",
            film.item(),
            reading.rater,
            reading.answer.severity,
            film.study(),
            reading.at.local(),
            film.site
        );
    }
    csv
}

/// What is known of the films themselves.
pub fn films(films: &[Vec<Film>]) -> String {
    let mut csv = "item,study,site,modality,spacing_mm\n".to_owned();
    for film in films.iter().flatten() {
        let spacing = format!("\"{FILM_SPACING_MM},{FILM_SPACING_MM}\"");
        let _ = writeln!(
            csv,
            "{},{},{},DX,{spacing}",
            film.item(),
            film.study(),
            film.site
        );
    }
    csv
}

/// The same, and when one rater finished each film.
pub fn films_of(films: &[Vec<Film>], readings: &[&FilmReading]) -> String {
    let mut csv = "item,study,site,modality,spacing_mm,finished_at,active_s\n".to_owned();
    for reading in readings {
        let film = &films[reading.week][reading.film];
        let spacing = format!("\"{FILM_SPACING_MM},{FILM_SPACING_MM}\"");
        let [at, active_s] = [reading.at.local(), reading.active_s.to_string()];
        let _ = writeln!(
            csv,
            "{},{},{},DX,{spacing},{at},{active_s}",
            film.item(),
            film.study(),
            film.site
        );
    }
    csv
}

pub fn volumes(volumes: &[Phantom]) -> String {
    let mut csv = "item,study,site,modality\n".to_owned();
    for volume in volumes {
        let _ = writeln!(
            csv,
            "{},{},{},CT",
            volume.series_uid, volume.study_uid, volume.site
        );
    }
    csv
}
