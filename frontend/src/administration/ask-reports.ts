import { reports } from '../api/oversight';
import { countReports } from '../model/open-reports';

/** Asks how many reports wait for me. What cannot be asked now is asked with the next news. */
export async function askReports(): Promise<void> {
  try {
    countReports((await reports({ limit: 1 }, { room: null, open: true })).open);
  } catch {
    // The number before stays.
  }
}
