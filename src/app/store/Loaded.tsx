import { type ReactNode, Suspense, useEffect } from 'react';
import { useLab } from './context.ts';

/** What is loaded when it is first shown. Until then `meanwhile` stands there, and the lab is not idle. */
export function Loaded({ children, meanwhile = null }: { readonly children: ReactNode; readonly meanwhile?: ReactNode }) {
  return <Suspense fallback={<Meanwhile>{meanwhile}</Meanwhile>}>{children}</Suspense>;
}

function Meanwhile({ children }: { readonly children: ReactNode }) {
  const lab = useLab();
  useEffect(() => {
    let shown = () => {};
    void lab.during(
      new Promise<void>((resolve) => {
        shown = resolve;
      }),
    );
    return shown;
  }, [lab]);
  return children;
}
