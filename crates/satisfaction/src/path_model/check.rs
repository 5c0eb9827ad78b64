//! What is wrong with a model, all of it at once.

use std::collections::{BTreeMap, HashSet};

use guanxi_model::Violations;
use guanxi_model::violation::clip;

use super::{Indicator, Latent, PathDraft, PathModel};
use crate::scheme::{ItemDraft, QuestionnaireScheme};
use crate::tree::Node;

/// The paths of the European customer satisfaction index, by the dimensions of its preset.
const ECSI: [(&str, &str); 12] = [
    ("image", "expectations"),
    ("expectations", "quality"),
    ("expectations", "value"),
    ("quality", "value"),
    ("image", "satisfaction"),
    ("expectations", "satisfaction"),
    ("quality", "satisfaction"),
    ("value", "satisfaction"),
    ("satisfaction", "complaints"),
    ("image", "loyalty"),
    ("satisfaction", "loyalty"),
    ("complaints", "loyalty"),
];

pub(super) fn check(
    scheme: &QuestionnaireScheme,
    latents: &[String],
    paths: &[PathDraft],
) -> Result<PathModel, Violations> {
    let mut v = Violations::new();
    let latents = self::latents(scheme, latents, &mut v);
    let places: BTreeMap<&str, usize> =
        latents.iter().enumerate().map(|(place, latent)| (latent.id.as_str(), place)).collect();
    let paths = match paths {
        [] => usual_paths(&places, &mut v),
        some => self::paths(some, &places, &mut v),
    };
    // What lies unjoined or in a circle shows only once all paths are right.
    if v.is_empty() {
        whole(&latents, &paths, &mut v);
    }
    if v.is_empty() { Ok(PathModel { latents, paths }) } else { Err(v) }
}

/// The dimensions that were named, or those at the top.
fn latents(scheme: &QuestionnaireScheme, named: &[String], v: &mut Violations) -> Vec<Latent> {
    let dimensions = &scheme.content().dimensions;
    let top = || dimensions.iter().filter(|one| one.parent.is_empty()).map(|one| one.id.clone()).collect();
    let ids: Vec<String> = if named.is_empty() { top() } else { named.to_vec() };
    if ids.len() < 2 {
        v.push("latents", format!("a model has 2 latent variables or more, here {}", ids.len()));
    }
    let mut seen: BTreeMap<usize, String> = BTreeMap::new();
    let mut latents = Vec::new();
    for (index, id) in ids.iter().enumerate() {
        let path = if named.is_empty() { "latents".to_owned() } else { format!("latents[{index}]") };
        let Some(place) = dimensions.iter().position(|one| one.id == *id) else {
            v.push(path, format!("\"{}\" is no dimension of the questionnaire", clip(id)));
            continue;
        };
        let items = items_within(scheme, place);
        let rated: Vec<usize> =
            items.into_iter().filter(|item| indicator(&scheme.content().items[*item]).is_some()).collect();
        if ids[..index].contains(id) {
            v.push(path, format!("\"{id}\" is given twice"));
        } else if let Some(other) = rated.iter().find_map(|item| seen.get(item)) {
            v.push(path, format!("\"{id}\" has an item that \"{other}\" has too"));
        } else if rated.is_empty() {
            v.push(path, format!("\"{id}\" has no item that is rated or perceived"));
        }
        let items = rated.iter().filter_map(|item| indicator(&scheme.content().items[*item])).collect();
        seen.extend(rated.into_iter().map(|item| (item, id.clone())));
        latents.push(Latent { id: id.clone(), items });
    }
    latents
}

/// The items in a dimension and in those within it.
fn items_within(scheme: &QuestionnaireScheme, dimension: usize) -> Vec<usize> {
    let parts = scheme.tree().within(dimension).iter();
    let items = |node: &Node| match *node {
        Node::Item(item) => vec![item],
        Node::Dimension(inner) => items_within(scheme, inner),
    };
    parts.flat_map(items).collect()
}

fn indicator(item: &ItemDraft) -> Option<Indicator> {
    item.outcome()?;
    let scale = item.scale.as_ref()?;
    Some(Indicator { id: item.id.clone(), min: scale.min, max: scale.max })
}

/// The paths of the index between these, where all of them are its own.
fn usual_paths(places: &BTreeMap<&str, usize>, v: &mut Violations) -> Vec<(usize, usize)> {
    let is_of_ecsi = |id: &&str| ECSI.iter().any(|(from, to)| from == id || to == id);
    if let Some(other) = places.keys().find(|id| !is_of_ecsi(id)) {
        let usual = "only dimensions called as those of the preset \"ecsi\" have paths of their own";
        v.push("paths", format!("must be given: {usual}, and \"{other}\" is not"));
        return Vec::new();
    }
    let path = |(from, to): &(&str, &str)| Some((*places.get(from)?, *places.get(to)?));
    ECSI.iter().filter_map(path).collect()
}

fn paths(drafts: &[PathDraft], places: &BTreeMap<&str, usize>, v: &mut Violations) -> Vec<(usize, usize)> {
    let mut seen = HashSet::new();
    let mut paths = Vec::new();
    for (index, draft) in drafts.iter().enumerate() {
        let at = format!("paths[{index}]");
        let mut place = |field: &str, id: &str| {
            let place = places.get(id).copied();
            if place.is_none() {
                v.push(format!("{at}.{field}"), format!("\"{}\" is no latent variable of the model", clip(id)));
            }
            place
        };
        let Some(path) = place("from", &draft.from).zip(place("to", &draft.to)) else { continue };
        if path.0 == path.1 {
            v.push(at, format!("leads from \"{}\" to itself", draft.from));
        } else if !seen.insert(path) {
            v.push(at, "is there already");
        } else {
            paths.push(path);
        }
    }
    paths
}

/// Every latent variable is joined to another, and none leads back to itself.
fn whole(latents: &[Latent], paths: &[(usize, usize)], v: &mut Violations) {
    for (place, latent) in latents.iter().enumerate() {
        if !paths.iter().any(|(from, to)| *from == place || *to == place) {
            v.push("paths", format!("\"{}\" has no path to or from another latent variable", latent.id));
        }
    }
    let mut left: Vec<usize> = (0..latents.len()).collect();
    loop {
        // Those that none of the rest leads to cannot lie in a circle.
        let (caused, free): (Vec<_>, Vec<_>) =
            left.iter().partition(|place| paths.iter().any(|(from, to)| to == *place && left.contains(from)));
        if free.is_empty() {
            break;
        }
        left = caused;
    }
    if !left.is_empty() {
        let ids: Vec<&str> = left.iter().map(|place| latents[*place].id.as_str()).collect();
        v.push("paths", format!("lead in a circle through some of {}", ids.join(", ")));
    }
}
