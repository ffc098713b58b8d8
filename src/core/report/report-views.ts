/** What people and dashboards query, on the report's tables. docs/flow.md defines the figures. */
export const REPORT_VIEWS = [
  `CREATE OR REPLACE VIEW kitty_report.board AS
  SELECT repo, feature_slug, lane, count(*) AS packages FROM kitty_report.work_package
  GROUP BY repo, feature_slug, lane`,
  `CREATE OR REPLACE VIEW kitty_report.progress AS
  SELECT repo, feature_slug,
    count(*) FILTER (WHERE lane_kind = 'done') AS done,
    count(*) FILTER (WHERE lane_kind <> 'dropped') AS total,
    CASE WHEN count(*) FILTER (WHERE lane_kind <> 'dropped') = 0 THEN 0
      ELSE 100 * count(*) FILTER (WHERE lane_kind = 'done') / count(*) FILTER (WHERE lane_kind <> 'dropped') END AS percent
  FROM kitty_report.work_package GROUP BY repo, feature_slug`,
  `CREATE OR REPLACE VIEW kitty_report.throughput AS
  SELECT repo, date_trunc('week', finished_at AT TIME ZONE 'UTC')::date AS week, count(*) AS done
  FROM kitty_report.work_package WHERE finished_at IS NOT NULL GROUP BY 1, 2`,
  `CREATE OR REPLACE VIEW kitty_report.cycle_time AS
  SELECT repo, feature_slug, work_package_id, started_at, finished_at,
    floor(extract(epoch FROM finished_at - started_at)) AS seconds
  FROM kitty_report.work_package WHERE started_at IS NOT NULL AND finished_at IS NOT NULL`,
  `CREATE OR REPLACE VIEW kitty_report.lead_time AS
  SELECT repo, feature_slug, work_package_id, appeared_at, finished_at,
    floor(extract(epoch FROM finished_at - appeared_at)) AS seconds
  FROM kitty_report.work_package WHERE finished_at IS NOT NULL`,
  `CREATE OR REPLACE VIEW kitty_report.time_in_lane AS
  SELECT repo, lane, count(*) AS visits, count(*) FILTER (WHERE left_at IS NULL) AS open,
    sum(floor(extract(epoch FROM coalesce(left_at, now()) - arrived_at))) AS seconds
  FROM kitty_report.visit GROUP BY repo, lane`,
  `CREATE OR REPLACE VIEW kitty_report.work_in_progress AS
  SELECT repo, lane_actor AS actor, count(*) AS packages FROM kitty_report.work_package
  WHERE lane_kind = 'working' AND lane_actor IS NOT NULL GROUP BY repo, lane_actor`,
] as const
