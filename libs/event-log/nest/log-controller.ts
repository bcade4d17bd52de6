import { applyDecorators, type ArgumentsHost, Catch, Controller, type RpcExceptionFilter, UseFilters } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';

/**
 * Hands over what a handler threw as it is. Nest's own filter makes `{status: 'error', message: 'Internal server error'}` of it, which is
 * neither transient nor a cause that anybody can read.
 */
@Catch()
class AsThrown implements RpcExceptionFilter {
  catch(cause: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => cause);
  }
}

/** A controller whose handlers take frames of the event log: what they throw reaches the log's adapter unchanged. */
export function LogController(): ClassDecorator {
  return applyDecorators(Controller(), UseFilters(new AsThrown()));
}
