import { type ComponentType, type FunctionComponent, use } from 'react';

/** A page's own code did not load. */
export class PageNotLoaded extends Error {
  constructor(cause: unknown) {
    super('We couldn’t load the code of this page.', { cause });
    this.name = 'PageNotLoaded';
  }
}

/**
 * A page that is fetched when it is first opened. Unlike the router's own, it never reloads the document when that
 * fails: without a network the reload would end in the browser's error page.
 */
export function lazyPage<Name extends string>(
  load: () => Promise<Record<Name, ComponentType>>,
  name: Name,
): FunctionComponent & { preload: () => Promise<void> } {
  let Loaded: ComponentType | undefined;
  let failure: PageNotLoaded | undefined;
  let loading: Promise<void> | undefined;
  /** A failure is shown where the page is drawn, not where the pointer only passes a link. */
  const preload = () => {
    failure = undefined;
    loading ??= load().then(
      (module) => {
        Loaded = module[name];
      },
      (cause) => {
        loading = undefined;
        failure = new PageNotLoaded(cause);
      },
    );
    return loading;
  };
  function LazyPage() {
    if (failure !== undefined) throw failure;
    if (Loaded === undefined) use(preload());
    return Loaded === undefined ? null : <Loaded />;
  }
  return Object.assign(LazyPage, { preload });
}
