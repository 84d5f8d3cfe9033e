import type { ReportGrouping } from '../../../application/reports/sla-report';

/** The options of `stepdown report`; null for an option that is not given. */
export interface ReportOptions {
  readonly from: string | null;
  readonly to: string | null;
  readonly by: string;
  readonly zone: string;
  readonly format: string;
  /** The name or the global id of a client whose tickets alone count. */
  readonly client?: string;
}

/** A report in the shape of the API: instants and durations are ISO 8601. */
export interface ApiReport {
  readonly from: string;
  readonly to: string;
  readonly groupBy: ReportGrouping;
  readonly timeZone: string;
  readonly groups: readonly ReportRow[];
  readonly total: ReportRow;
}

export interface ReportRow {
  readonly key: string | null;
  readonly client: { readonly id: string; readonly name: string } | null;
  readonly opened: number;
  readonly resolved: number;
  readonly closed: number;
  readonly response: ReportFigures;
  readonly update: ReportFigures;
  readonly resolution: ReportFigures;
  readonly overall: ReportFigures;
  readonly timeToRespond: ReportTimes | null;
  readonly timeToWorkAround: ReportTimes | null;
  readonly timeToResolve: ReportTimes | null;
}

export interface ReportFigures {
  readonly met: number;
  readonly breached: number;
  readonly waived: number;
  readonly waiversProposed: number;
  readonly openBreached: number;
  readonly attainment: number | null;
  readonly attainmentWaived: number | null;
  readonly attainmentProposed: number | null;
  readonly breachesBySeverity: readonly { readonly severity: string; readonly count: number }[];
}

export interface ReportTimes {
  readonly count: number;
  readonly p50: string;
  readonly p90: string;
  readonly p95: string;
}

/** The arguments of the API's `slaReport`. */
export interface ReportQuery {
  readonly from: string;
  readonly to: string;
  readonly by: ReportGrouping;
  readonly zone: string;
}
