//! Does the lot come from enough sites, and from none too much?

use crate::domain::Status;
use crate::gates::policy::PolicyCheck;
use crate::gates::verdict::{CheckResult, Judge};
use crate::gates::wording::{counted, percent, percent_beside};
use std::collections::BTreeMap;

pub(super) fn judge(
    judge: &Judge<'_>,
    check: &PolicyCheck,
    min_sites: Option<u32>,
    max_share: Option<f64>,
) -> CheckResult {
    let mut studies_by_site: BTreeMap<&str, u64> = BTreeMap::new();
    let mut n_unknown = 0_u64;
    for row in judge.figures.sites.iter().filter(|row| row.n_studies > 0) {
        match &row.site {
            Some(site) => *studies_by_site.entry(site).or_default() += row.n_studies,
            None => n_unknown += row.n_studies,
        }
    }
    let n_sites = studies_by_site.len() as u64;
    let n_studies = studies_by_site.values().sum::<u64>() + n_unknown;
    // The first by name of equally large ones, so that equal inputs name the same site.
    let largest = studies_by_site
        .iter()
        .max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
    let n_largest = largest.map_or(0, |(_, n)| *n);
    let asked = [
        min_sites.map(|min| format!("at least {}", counted(u64::from(min), "site", "sites"))),
        max_share.map(|max| format!("at most {} of the studies from one site", percent(max))),
    ];
    let requirement = asked.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let answer = |status, reason: String| {
        let mut result = CheckResult::new(check, status, reason).counts(n_largest, n_studies);
        result.requirement.clone_from(&requirement);
        result.limit = max_share.or(min_sites.map(f64::from));
        result.value = Some(n_sites as f64);
        result
    };
    let Some((largest, _)) = largest else {
        let reason =
            "No study of the lot has a known site; import the sites of its studies.".to_owned();
        return answer(Status::NotApplicable, reason);
    };
    let share_of = |n: u64| n as f64 / n_studies as f64;
    // Studies of unknown site could be of new sites or of the largest one: the answer must hold either way.
    let sites = min_sites.map_or(Status::Pass, |min| match u64::from(min) {
        min if n_sites >= min => Status::Pass,
        min if n_sites + n_unknown >= min => Status::InsufficientEvidence,
        _ => Status::Fail,
    });
    let share = max_share.map_or(Status::Pass, |max| {
        if share_of(n_largest) > max {
            Status::Fail
        } else if share_of(n_largest + n_unknown) > max {
            Status::InsufficientEvidence
        } else {
            Status::Pass
        }
    });
    let status = sites.min(share);
    let beside = max_share.unwrap_or_default();
    let found = format!(
        "{} from {}, most from `{largest}` ({n_largest}, {}), {n_unknown} of unknown site",
        counted(n_studies, "study", "studies"),
        counted(n_sites, "known site", "known sites"),
        percent_beside(share_of(n_largest), beside)
    );
    let advice = match status {
        Status::Pass => "; asked for".to_owned(),
        Status::Fail => "; add studies of other sites to reach".to_owned(),
        _ => "; import the missing sites to prove".to_owned(),
    };
    answer(status, format!("{found}{advice} {requirement}."))
}
