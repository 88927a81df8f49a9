import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import {
  Deleted,
  type ProviderCreate,
  ProviderFeed,
  ProviderList,
  type ProviderPatch,
  SavedProvider,
  SavedService,
  SavedTimeOff,
  type ServiceCreate,
  ServiceList,
  type ServicePatch,
  type TimeOffCreate,
  TimeOffDeleted,
  TimeOffList,
  type TimeOffPatch,
} from '@voxanne/contract';
import { z } from 'zod';
import { request } from '../../lib/api/request.ts';

/** They change seldom, and a live event says when. */
const STALE_MS = 60_000;

export const servicesQuery = queryOptions({
  queryKey: ['services'],
  queryFn: async ({ signal }) => (await request(ServiceList, '/api/services', { signal })).data,
  staleTime: STALE_MS,
});

export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: async ({ signal }) => (await request(ProviderList, '/api/providers', { signal })).data,
  staleTime: STALE_MS,
});

/**
 * @param from - YYYY-MM-DD; what ended before it is left out.
 * @param to - YYYY-MM-DD; what begins after it is left out. Without it everything that is planned is read.
 */
export const timeOffQuery = (from: string, to?: string) =>
  queryOptions({
    queryKey: ['time-off', from, to ?? ''],
    queryFn: async ({ signal }) =>
      (await request(TimeOffList, '/api/time-off', { query: { from, to }, signal })).data,
    staleTime: STALE_MS,
    placeholderData: keepPreviousData,
  });

export const createService = (body: ServiceCreate) =>
  request(SavedService, '/api/services', { method: 'POST', body });
export const changeService = (id: string, body: ServicePatch) =>
  request(SavedService, `/api/services/${id}`, { method: 'PATCH', body });
export const deleteService = (id: string) => request(Deleted, `/api/services/${id}`, { method: 'DELETE' });

export const createProvider = (body: ProviderCreate) =>
  request(SavedProvider, '/api/providers', { method: 'POST', body });
export const changeProvider = (id: string, body: ProviderPatch) =>
  request(SavedProvider, `/api/providers/${id}`, { method: 'PATCH', body });
export const deleteProvider = (id: string, force: boolean) =>
  request(Deleted, `/api/providers/${id}`, { method: 'DELETE', query: { force: String(force) } });

export const makeFeed = (providerId: string) =>
  request(ProviderFeed, `/api/providers/${providerId}/feed`, { method: 'POST' });
export const revokeFeed = (providerId: string) =>
  request(z.undefined(), `/api/providers/${providerId}/feed`, { method: 'DELETE' });

export const createTimeOff = (body: TimeOffCreate) =>
  request(SavedTimeOff, '/api/time-off', { method: 'POST', body });
export const changeTimeOff = (id: string, body: TimeOffPatch) =>
  request(SavedTimeOff, `/api/time-off/${id}`, { method: 'PATCH', body });
export const deleteTimeOff = (id: string) =>
  request(TimeOffDeleted, `/api/time-off/${id}`, { method: 'DELETE' });
