/** The report of a run, drawn from its numbers: a report.html in its folder could hold anything, and is not served. */
import { pagePolicy } from "../report/htmlPage.ts";

/** A page and the policy that it is served with. */
export interface ReportAnswer {
  readonly html: string;
  readonly policy: string;
}

/** The script of figures runs, by its hash, as in every page on the disk; it cannot ask this server for anything. */
const policy = `${pagePolicy}; frame-ancestors 'self'; sandbox allow-scripts`;

/** @throws InputError if the run is damaged or has not begun */
export async function reportAnswer(run: string): Promise<ReportAnswer> {
  const { reportPage } = await import("../pages/writeReport.ts");
  return { html: reportPage(run), policy };
}
