import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import type {
  CaseClinic,
  CasePage,
  Dossier,
  DossierLabels,
  Feeds,
  Parts,
  Shape,
  ShownCase,
  Snapshots,
  Summary,
  Timeline,
  Told,
} from './answers.js';
import { get } from './client.js';

/** Totals change by time alone too, so that they are asked for again. */
export function useSummary(): UseQueryResult<Summary> {
  return useAnswer<Summary>('summary', '/v1/summary', 20_000);
}

/** What does not answer is told within seconds, and what is back. */
export function useParts(): UseQueryResult<Parts> {
  return useQuery({ queryKey: ['parts'], queryFn: ({ signal }) => get<Parts>('/v1/parts', signal), refetchInterval: 10_000 });
}

export function useCases(query: string): UseQueryResult<CasePage> {
  return useAnswer<CasePage>('cases', `/v1/cases${query && `?${query}`}`, 60_000, { keep: true });
}

export function useCase(id: string): UseQueryResult<ShownCase> {
  return useAnswer<ShownCase>('case', `/v1/cases/${id}`, 60_000);
}

export function useTimeline(id: string): UseQueryResult<Timeline> {
  return useAnswer<Timeline>('timeline', `/v1/cases/${id}/timeline`, 60_000);
}

export function useTold(id: string): UseQueryResult<Told> {
  return useAnswer<Told>('told', `/v1/cases/${id}/notifications`, 60_000);
}

export function useShape(id: string): UseQueryResult<Shape> {
  return useAnswer<Shape>('shape', `/v1/cases/${id}/shape?bins=240`, 60_000);
}

export function useClinics(id: string): UseQueryResult<{ readonly clinics: readonly CaseClinic[] }> {
  return useAnswer<{ readonly clinics: readonly CaseClinic[] }>('clinics', `/v1/cases/${id}/clinics`, 60_000);
}

export function useSnapshots(id: string, isOn: boolean): UseQueryResult<Snapshots> {
  return useAnswer<Snapshots>('snapshots', `/v1/cases/${id}/snapshots`, 300_000, { isOn });
}

export function useDossier(id: string, controller: string, isOn: boolean): UseQueryResult<Dossier> {
  return useAnswer<Dossier>('dossier', `/v1/cases/${id}/dossier/${encodeURIComponent(controller)}`, 300_000, { isOn });
}

/** The words of the form: they do not change while a page is open. */
export function useDossierLabels(): UseQueryResult<DossierLabels> {
  return useQuery({
    queryKey: ['labels'],
    queryFn: ({ signal }) => get<DossierLabels>('/v1/dossier-labels', signal),
    staleTime: Infinity,
  });
}

export function useFeeds(): UseQueryResult<Feeds> {
  return useAnswer<Feeds>('feeds', '/v1/feeds', 30_000);
}

interface Asking {
  /** The answer to other filters stays until the new one is there. */
  readonly keep?: boolean;
  /** False for what would be refused. */
  readonly isOn?: boolean;
}

/** What the stream has asked again, and time at the latest. */
function useAnswer<T>(
  name: string,
  path: string,
  againMs: number,
  { keep = false, isOn = true }: Asking = {},
): UseQueryResult<T> {
  return useQuery({
    queryKey: ['live', name, path],
    queryFn: ({ signal }) => get<T>(path, signal),
    refetchInterval: againMs,
    enabled: isOn,
    ...(keep && { placeholderData: keepPreviousData }),
  });
}
