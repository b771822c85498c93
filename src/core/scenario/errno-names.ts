/** The names of errors on Linux (include/uapi/asm-generic/errno*.h, and those that the kernel keeps to itself and sometimes lets out). */
import { nearest } from './nearest.ts';
import type { Problem } from './problem.ts';

const NAMES =
  'EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN EWOULDBLOCK ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK EDEADLOCK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT EBFONT ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP ENOTSUP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON ERESTARTSYS EPROBE_DEFER ENOTSUPP EIOCBQUEUED'.split(
    ' ',
  );
const KNOWN: ReadonlySet<string> = new Set(NAMES);

/** Fields whose text is an errno, wherever they stand; `call.fields` are words of the uAPI, and are not looked into. */
const FIELD = /^(errno|fail|refusal|checksImage|[a-z]+Errno)$/;

/** An errno that was meant by a text in any case: `epipe`, `EPIP`. */
export function meantErrno(text: string): string | undefined {
  const upper = text.toUpperCase();
  return KNOWN.has(upper) ? upper : nearest(NAMES, upper);
}

/** Errnos in a file that Linux does not have. */
export function errnoProblems(value: unknown, path = '$'): readonly Problem[] {
  if (Array.isArray(value)) return value.flatMap((one, i) => errnoProblems(one, `${path}[${i}]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]): readonly Problem[] => {
    if (key === 'call' || key === 'calls') return [];
    if (typeof below !== 'string' || !FIELD.test(key) || KNOWN.has(below)) return errnoProblems(below, `${path}.${key}`);
    const meant = meantErrno(below);
    const hint = meant === undefined ? 'write one that errno(3) lists' : `did you mean "${meant}"?`;
    return [{ path: `${path}.${key}`, message: `no errno is called "${below}": ${hint}` }];
  });
}
