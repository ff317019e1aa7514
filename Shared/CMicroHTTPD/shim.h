#pragma once
#include <microhttpd.h>
#include <stdbool.h>
#include <string.h>

// Swift does not import variadic functions. What is passed through them here has one fixed set of types each.

/// Starts a daemon without a socket of its own: poll, `threads` threads, connections given with MHD_add_connection. With a certificate
/// and its key (PEM, copied) it speaks TLS and nothing else; NULL if they do not belong together or are none.
static inline struct MHD_Daemon *jiesu_start(
    unsigned int threads, unsigned int connections, size_t memory, unsigned int idle_seconds,
    MHD_AccessHandlerCallback answer, void *(*begin)(void *, const char *, struct MHD_Connection *),
    MHD_RequestCompletedCallback end, MHD_NotifyConnectionCallback notify,
    size_t (*unescape)(void *, struct MHD_Connection *, char *), void *context, const char *certificate, const char *key)
{
    // An array ends where its first option is MHD_OPTION_END: without TLS at once.
    struct MHD_OptionItem tls[] = {
        {certificate == NULL ? MHD_OPTION_END : MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_NO_LISTEN_SOCKET
            | (certificate == NULL ? 0 : MHD_USE_TLS),
        0, NULL, NULL,
        answer, context,
        MHD_OPTION_THREAD_POOL_SIZE, threads,
        MHD_OPTION_CONNECTION_LIMIT, connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
        MHD_OPTION_CONNECTION_TIMEOUT, idle_seconds,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, begin, context,
        MHD_OPTION_NOTIFY_COMPLETED, end, context,
        MHD_OPTION_NOTIFY_CONNECTION, notify, context,
        MHD_OPTION_UNESCAPE_CALLBACK, unescape, context,
        MHD_OPTION_ARRAY, tls,
        MHD_OPTION_END);
}

/// The pointer that the connection's notification stored.
static inline void *jiesu_socket_context(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

/// The connection's socket, or -1.
static inline int jiesu_socket(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}

/// The address at the other end, or NULL; valid as long as the connection.
static inline const struct sockaddr *jiesu_peer(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info == NULL ? NULL : info->client_addr;
}
