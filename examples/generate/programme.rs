//! Three weeks of work: who reads which film or volume, and when. Yields rating rows and calibration readings.

use crate::chance::Chance;
use crate::film::Film;
use crate::phantom::Phantom;
use crate::reading::{Answer, answer, finding, truth};
use crate::world::{
    ADJUDICATED_PER_WEEK, CALIBRATION_PER_WEEK, CALIBRATION_WEEKDAY, CLINICIAN, CT_PER_WEEK,
    CT_WEEKDAY, Moment, N_DAYS, N_TRAINING_DAYS, PANEL, PHYSICIANS, READERS, TRAINING_PER_DAY,
    VERIFIED_PER_DAY, week_of, weekday_of, working_day,
};

/// One line of the ratings table.
#[derive(Clone)]
pub struct Rating {
    pub film: usize,
    pub site: &'static str,
    pub rater: &'static str,
    pub label: &'static str,
    pub stage: &'static str,
    pub role: &'static str,
    pub reference: &'static str,
    pub at: Moment,
    pub active_s: Option<usize>,
}

/// One person's drawn reading of a calibration film.
pub struct FilmReading {
    pub rater: &'static str,
    /// Index into the week's films.
    pub film: usize,
    pub week: usize,
    pub at: Moment,
    pub active_s: usize,
    pub answer: Answer,
}

/// When someone finished a CT volume.
pub struct VolumeReading {
    pub rater: &'static str,
    pub volume: usize,
    pub at: Moment,
}

pub struct Programme {
    pub ratings: Vec<Rating>,
    /// Calibration films, a list a week.
    pub films: Vec<Vec<Film>>,
    pub film_readings: Vec<FilmReading>,
    pub volumes: Vec<Phantom>,
    pub volume_readings: Vec<VolumeReading>,
}

impl Programme {
    pub fn run() -> Self {
        let mut programme = Self {
            ratings: Vec::new(),
            films: Vec::new(),
            film_readings: Vec::new(),
            volumes: (0..3 * CT_PER_WEEK).map(Phantom::new).collect(),
            volume_readings: Vec::new(),
        };
        let mut next_film = 1;
        for day in 0..N_TRAINING_DAYS {
            programme.training_day(day, &mut next_film);
        }
        for day in N_TRAINING_DAYS..N_DAYS {
            programme.annotation_day(day, &mut next_film);
        }
        for week in 0..3 {
            programme.adjudicate(week);
        }
        programme
            .ratings
            .sort_by(|a, b| (a.at, a.rater, a.film).cmp(&(b.at, b.rater, b.film)));
        programme
    }

    fn training_day(&mut self, day: usize, next_film: &mut usize) {
        let films: Vec<Film> = (*next_film..*next_film + TRAINING_PER_DAY)
            .map(|number| Film::routine(number, true))
            .collect();
        *next_film += films.len();
        for (film, place) in films.iter().zip(0..) {
            let at = Moment {
                day,
                second: 25_200 + 45 * place,
            };
            let row = rating(film, CLINICIAN, "clinician", "training", film.finding, at);
            self.ratings.push(Rating {
                reference: "gold",
                ..row
            });
        }
        for habit in &READERS {
            for (film, (at, active_s)) in
                films.iter().zip(working_day(habit.name, day, films.len()))
            {
                let label = finding(habit, film, week_of(day), true);
                let row = rating(film, habit.name, "annotator", "training", label, at);
                self.ratings.push(Rating {
                    active_s: Some(active_s),
                    ..row
                });
            }
        }
    }

    fn annotation_day(&mut self, day: usize, next_film: &mut usize) {
        let week = week_of(day);
        let shared: Vec<Film> = match weekday_of(day) == CALIBRATION_WEEKDAY {
            true => (0..CALIBRATION_PER_WEEK)
                .map(|place| Film::calibration(*next_film + place, place))
                .collect(),
            false => Vec::new(),
        };
        *next_film += shared.len();
        let n_volumes = if weekday_of(day) == CT_WEEKDAY {
            CT_PER_WEEK
        } else {
            0
        };
        let mut to_verify = Vec::new();
        for habit in &READERS {
            let [low, high] = [*habit.per_day.start(), *habit.per_day.end()];
            let n = Chance::of(&format!("day/{}/{day}", habit.name)).whole(low, high);
            let mut slots = working_day(habit.name, day, n).into_iter();
            for (index, film) in shared.iter().enumerate() {
                let Some((at, active_s)) = slots.next() else {
                    break;
                };
                let answer = answer(habit, film, week);
                self.ratings.push(rating(
                    film,
                    habit.name,
                    "annotator",
                    "annotation",
                    answer.finding,
                    at,
                ));
                self.film_readings.push(FilmReading {
                    rater: habit.name,
                    film: index,
                    week,
                    at,
                    active_s,
                    answer,
                });
            }
            let routine: Vec<(Film, Moment, usize)> =
                (slots.by_ref().take(n - shared.len() - n_volumes))
                    .zip(*next_film..)
                    .map(|((at, active_s), number)| (Film::routine(number, false), at, active_s))
                    .collect();
            *next_film += routine.len();
            for (film, at, active_s) in &routine {
                let row = rating(
                    film,
                    habit.name,
                    "annotator",
                    "annotation",
                    finding(habit, film, week, false),
                    *at,
                );
                self.ratings.push(Rating {
                    active_s: Some(*active_s),
                    ..row
                });
            }
            for (volume, (at, _)) in (week * CT_PER_WEEK..).zip(slots) {
                self.volume_readings.push(VolumeReading {
                    rater: habit.name,
                    volume,
                    at,
                });
            }
            let mut films: Vec<Film> = routine.into_iter().map(|(film, ..)| film).collect();
            Chance::of(&format!("verify/{}/{day}", habit.name)).shuffle(&mut films);
            let n_verified = if weekday_of(day) == 4 {
                0
            } else {
                VERIFIED_PER_DAY[week]
            };
            to_verify.extend(films.into_iter().take(n_verified));
        }
        self.verify(day + 1, to_verify, &shared);
        self.films.extend((!shared.is_empty()).then_some(shared));
        for volume in (week * CT_PER_WEEK..).take(n_volumes) {
            let at = Moment {
                day: week * 5 + 4,
                second: 36_000 + 1_200 * (volume % CT_PER_WEEK),
            };
            self.volume_readings.push(VolumeReading {
                rater: CLINICIAN,
                volume,
                at,
            });
        }
    }

    /// The physicians' next working day: all calibration films go to the first, the rest is shared evenly.
    fn verify(&mut self, day: usize, films: Vec<Film>, shared: &[Film]) {
        if films.is_empty() {
            return;
        }
        let mut piles: [Vec<&Film>; 3] = [shared.iter().collect(), Vec::new(), Vec::new()];
        for film in &films {
            let least = (0..3)
                .min_by_key(|&pile| piles[pile].len())
                .expect("three physicians");
            piles[least].push(film);
        }
        for (pile, rater) in piles.iter().zip(PHYSICIANS) {
            for (index, (film, (at, active_s))) in pile
                .iter()
                .zip(working_day(rater, day, pile.len()))
                .enumerate()
            {
                let drawn = rater == PHYSICIANS[0] && index < shared.len();
                let row = rating(film, rater, "physician", "verification", film.finding, at);
                let active_in_row = (!drawn).then_some(active_s);
                self.ratings.push(Rating {
                    reference: "verification",
                    active_s: active_in_row,
                    ..row
                });
                if drawn {
                    let week = week_of(day);
                    self.film_readings.push(FilmReading {
                        rater,
                        film: index,
                        week,
                        at,
                        active_s,
                        answer: truth(film),
                    });
                }
            }
        }
    }

    /// On Friday a panel settles a random sample of the week's verified routine films.
    fn adjudicate(&mut self, week: usize) {
        let mut verified: Vec<Rating> = (self.ratings.iter())
            .filter(|row| {
                row.reference == "verification"
                    && row.active_s.is_some()
                    && week_of(row.at.day) == week
            })
            .cloned()
            .collect();
        Chance::of(&format!("adjudicate/{week}")).shuffle(&mut verified);
        for (row, place) in verified
            .into_iter()
            .take(ADJUDICATED_PER_WEEK[week])
            .zip(0..)
        {
            let at = Moment {
                day: week * 5 + 4,
                second: 61_200 + 60 * place,
            };
            let film = Film::routine(row.film, false);
            self.ratings.push(Rating {
                reference: "adjudicated",
                ..rating(&film, PANEL, "clinician", "verification", film.finding, at)
            });
        }
    }
}

fn rating(
    film: &Film,
    rater: &'static str,
    role: &'static str,
    stage: &'static str,
    label: &'static str,
    at: Moment,
) -> Rating {
    Rating {
        film: film.number,
        site: film.site,
        rater,
        label,
        stage,
        role,
        reference: "",
        at,
        active_s: None,
    }
}
