-- The rule, from the relations parameters, exclusions, drawn and near on. One relation a step; runs on DuckDB and PostgreSQL.
usable AS (
    SELECT d.subject, d.analyte, a.side, a.change, d.drawn_at, d.value
    FROM drawn d JOIN analytes a ON a.analyte = d.analyte
    WHERE d.value BETWEEN a.lowest AND a.highest
),
-- Each result beside the person's own level of that analyte before it: the median of the earlier results.
levelled AS (
    SELECT r.subject, r.analyte, r.side, r.change, r.drawn_at, r.value,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY e.value) AS own_level
    FROM usable r JOIN usable e ON e.subject = r.subject AND e.analyte = r.analyte CROSS JOIN parameters p
    WHERE e.drawn_at <= r.drawn_at - p.level_gap_hours * INTERVAL '1 hour'
        AND e.drawn_at >= r.drawn_at - p.level_days * INTERVAL '1 day'
    GROUP BY r.subject, r.analyte, r.side, r.change, r.drawn_at, r.value
),
high AS (
    SELECT * FROM levelled WHERE side = 'red cells' AND value >= own_level * (1 + change)
),
low AS (
    SELECT * FROM levelled WHERE side = 'albumin' AND value <= own_level * (1 + change)
),
hits AS (
    SELECT h.subject, h.analyte, h.change AS red_change, h.own_level AS red_level, h.drawn_at AS high_at,
        l.change AS albumin_change, l.own_level AS albumin_level, l.drawn_at AS low_at,
        CASE WHEN h.drawn_at <= l.drawn_at THEN h.drawn_at ELSE l.drawn_at END AS first_at,
        CASE WHEN h.drawn_at <= l.drawn_at THEN l.drawn_at ELSE h.drawn_at END AS last_at
    FROM high h JOIN low l ON l.subject = h.subject CROSS JOIN parameters p
    WHERE l.drawn_at BETWEEN h.drawn_at - p.pair_hours * INTERVAL '1 hour' AND h.drawn_at + p.pair_hours * INTERVAL '1 hour'
),
-- Hits with no more than recovery_days between them are one episode.
parted AS (
    SELECT h.*, CASE WHEN max(last_at) OVER before_it >= first_at - p.recovery_days * INTERVAL '1 day' THEN 0 ELSE 1 END AS is_new
    FROM hits h CROSS JOIN parameters p
    WINDOW before_it AS (PARTITION BY subject ORDER BY first_at, last_at, analyte ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
numbered AS (
    SELECT parted.*, sum(is_new) OVER (PARTITION BY subject ORDER BY first_at, last_at, analyte ROWS UNBOUNDED PRECEDING) AS number
    FROM parted
),
episodes AS (
    SELECT subject, number, min(first_at) AS started_at, max(last_at) AS last_at, max(high_at) AS last_high_at,
        max(low_at) AS last_low_at, max(albumin_level) AS albumin_level, max(albumin_change) AS albumin_change
    FROM numbered GROUP BY subject, number
),
red_levels AS (
    SELECT subject, number, analyte, min(red_level) AS red_level, max(red_change) AS red_change
    FROM numbered GROUP BY subject, number, analyte
),
-- Back: the first result after the last that was high, or low, which is within the change that chance explains.
red_back AS (
    SELECT e.subject, e.number, min(u.drawn_at) AS back_at
    FROM episodes e
    JOIN red_levels l ON l.subject = e.subject AND l.number = e.number
    JOIN usable u ON u.subject = e.subject AND u.analyte = l.analyte AND u.drawn_at > e.last_high_at
    WHERE u.value < l.red_level * (1 + l.red_change)
    GROUP BY e.subject, e.number
),
albumin_back AS (
    SELECT e.subject, e.number, min(u.drawn_at) AS back_at
    FROM episodes e
    JOIN usable u ON u.subject = e.subject AND u.side = 'albumin' AND u.drawn_at > e.last_low_at
    WHERE u.value > e.albumin_level * (1 + e.albumin_change)
    GROUP BY e.subject, e.number
),
recovered AS (
    SELECT e.subject, e.started_at, e.last_at,
        CASE WHEN r.back_at >= a.back_at THEN r.back_at ELSE a.back_at END AS ended_at
    FROM episodes e
    JOIN red_back r ON r.subject = e.subject AND r.number = e.number
    JOIN albumin_back a ON a.subject = e.subject AND a.number = e.number
    CROSS JOIN parameters p
    WHERE r.back_at <= e.started_at + p.recovery_days * INTERVAL '1 day'
        AND a.back_at <= e.started_at + p.recovery_days * INTERVAL '1 day'
),
unexplained AS (
    SELECT e.subject, e.started_at, e.ended_at
    FROM recovered e
    WHERE NOT EXISTS (
        SELECT 1 FROM near n JOIN exclusions x ON x.label = n.label
        WHERE n.subject = e.subject AND (n.from_at IS NULL OR (
            n.from_at <= e.last_at + x.after_days * INTERVAL '1 day'
            AND n.to_at >= e.started_at - x.before_days * INTERVAL '1 day'))
    )
),
counted AS (
    SELECT subject, min(started_at) AS first_at, max(started_at) AS last_at FROM unexplained GROUP BY subject
)
SELECT u.subject, u.started_at, u.ended_at
FROM unexplained u JOIN counted c ON c.subject = u.subject CROSS JOIN parameters p
WHERE p.least_episodes = 1 OR c.last_at >= c.first_at + p.apart_days * INTERVAL '1 day'
ORDER BY u.subject, u.started_at
