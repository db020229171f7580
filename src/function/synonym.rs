//! Second names: those of GQL, and of earlier versions of Cypher.

/// A name and the function or aggregate that it is another name of.
pub(super) const SYNONYMS: &[(&str, &str)] = &[
    ("ceiling", "ceil"),
    ("character_length", "char_length"),
    ("collect_list", "collect"),
    ("duration_between", "duration.between"),
    ("element_id", "elementId"),
    ("ln", "log"),
    ("local_datetime", "localdatetime"),
    ("local_time", "localtime"),
    ("lower", "toLower"),
    ("path_length", "length"),
    ("percentile_cont", "percentileCont"),
    ("percentile_disc", "percentileDisc"),
    ("rels", "relationships"),
    ("stddev_pop", "stDevP"),
    ("stddev_samp", "stDev"),
    ("stdev_pop", "stDevP"),
    ("stdev_samp", "stDev"),
    ("upper", "toUpper"),
    ("zoned_datetime", "datetime"),
    ("zoned_time", "time"),
];
